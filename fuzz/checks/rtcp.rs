//! What must hold for any bytes that are read as RTCP. Used by the fuzz target and by an ordinary test.

use media::rtp::rtcp::Compound;

/// Panics if something does not hold.
pub fn check(data: &[u8]) {
    let Ok(compound) = Compound::read(data) else { return };
    // More report blocks than one packet holds may come in several packets.
    if compound.blocks.len() > 31 {
        return;
    }
    let again = compound.write("name").map(|written| Compound::read(&written));
    assert!(again == Some(Ok(compound)), "what was written reads otherwise");
}
