//! Speaks lines of `OUT.raw<TAB>VOICE<TAB>SPEED<TAB>PITCH<TAB>TEXT` with SVOX Pico: 16-bit mono at 16 kHz.
//! `speak FOLDER` where FOLDER holds the voices' `.bin` files.

use std::error::Error;
use std::io::BufRead;
use std::path::Path;
use std::rc::Rc;
use std::{env, fs, io};

use ttspico::{Engine, EngineStatus, PicoError, System, Voice};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args().nth(1).ok_or("speak FOLDER")?;
    let mut british = load(Path::new(&folder), "en-GB_ta.bin", "en-GB_kh0_sg.bin")?;
    let mut american = load(Path::new(&folder), "en-US_ta.bin", "en-US_lh0_sg.bin")?;
    for line in io::stdin().lock().lines() {
        let line = line?;
        let parts: Vec<&str> = line.splitn(5, '\t').collect();
        let [out, voice, speed, pitch, text] = parts[..] else {
            return Err("a line has five parts".into());
        };
        let engine = if voice == "en-GB" { &mut british } else { &mut american };
        let samples = speak(
            engine,
            &format!("<volume level='50'><speed level='{speed}'><pitch level='{pitch}'>{text}</pitch></speed></volume>\0"),
        )?;
        let bytes: Vec<u8> = samples.iter().flat_map(|s| s.to_le_bytes()).collect();
        fs::write(out, bytes)?;
    }
    Ok(())
}

fn load(folder: &Path, analysis: &str, signal: &str) -> Result<Engine, Box<dyn Error>> {
    let system = System::new(4 << 20).map_err(said)?;
    let voice = System::create_voice(Rc::clone(&system), analysis).map_err(said)?;
    for name in [analysis, signal] {
        let path = folder.join(name);
        let resource = System::load_resource(Rc::clone(&system), path.to_str().ok_or("an odd folder")?).map_err(said)?;
        voice.borrow_mut().add_resource(resource).map_err(said)?;
    }
    // SAFETY: the voice has both its resources.
    unsafe { Voice::create_engine(voice) }.map_err(said)
}

fn speak(engine: &mut Engine, text: &str) -> Result<Vec<i16>, Box<dyn Error>> {
    let mut left = text.as_bytes();
    let mut samples = Vec::new();
    let mut buffer = [0i16; 1_024];
    loop {
        if !left.is_empty() {
            left = &left[engine.put_text(left).map_err(said)?..];
        }
        let (count, status) = engine.get_data(buffer.as_mut_slice()).map_err(said)?;
        samples.extend_from_slice(&buffer[..count]);
        if status == EngineStatus::Idle && left.is_empty() {
            return Ok(samples);
        }
    }
}

fn said(error: PicoError) -> Box<dyn Error> {
    error.to_string().into()
}
