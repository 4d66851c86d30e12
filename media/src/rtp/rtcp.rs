//! RTCP ([RFC 3550 section 6](https://www.rfc-editor.org/rfc/rfc3550#section-6)), by `rtc-rtcp` behind this file.
//!
//! A compound packet is cut here and only the kinds that we use are handed on, so that feedback packets of strangers
//! reach no foreign code.

use bytes::Bytes;
use rtc_rtcp::goodbye::Goodbye;
use rtc_rtcp::packet::{Packet, marshal, unmarshal};
use rtc_rtcp::receiver_report::ReceiverReport;
use rtc_rtcp::reception_report::ReceptionReport;
use rtc_rtcp::sender_report::SenderReport;
use rtc_rtcp::source_description::{SdesType, SourceDescription, SourceDescriptionChunk, SourceDescriptionItem};

const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const GOODBYE: u8 = 203;
/// The largest loss that 24 signed bits hold.
const MAX_LOST: u32 = 0x7F_FFFF;

/// What one end saw of a stream of the other
/// ([RFC 3550 section 6.4.1](https://www.rfc-editor.org/rfc/rfc3550#section-6.4.1)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportBlock {
    /// The stream.
    pub ssrc: u32,
    /// The share lost since the last report, in 1/256.
    pub fraction_lost: u8,
    /// Packets lost since the start; 0 where duplicates made it negative.
    pub lost: u32,
    /// The highest sequence number, extended by its cycles.
    pub highest_sequence: u32,
    /// Interarrival jitter in units of the RTP clock.
    pub jitter: u32,
    /// The middle 32 bits of the last sender report's NTP time; 0 before the first.
    pub last_sr: u32,
    /// The time since then, in 1/65536 s.
    pub delay_since_sr: u32,
}

/// What a sender says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SenderInfo {
    /// NTP time in 1/2^32 s.
    pub ntp: u64,
    /// The same moment in the RTP clock.
    pub rtp_timestamp: u32,
    /// Packets sent.
    pub packets: u32,
    /// Bytes of payload sent.
    pub bytes: u32,
}

/// A compound packet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Compound {
    /// Whose report it is.
    pub ssrc: u32,
    /// There when it sends (SR), absent otherwise (RR).
    pub sender: Option<SenderInfo>,
    /// What it sees of us.
    pub blocks: Vec<ReportBlock>,
    /// It is over.
    pub goodbye: bool,
}

/// Why a datagram is no RTCP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RtcpError {
    /// A packet is longer than the datagram.
    #[error("shorter than its header")]
    Short,
    /// It does not begin with a report of version 2 (RFC 3550 appendix A.2).
    #[error("no compound packet that begins with a report")]
    NoReport,
    /// One of its packets cannot be read.
    #[error("a packet in it cannot be read")]
    Malformed,
}

impl Compound {
    /// Reads a datagram.
    pub fn read(datagram: &[u8]) -> Result<Self, RtcpError> {
        if !matches!(datagram, [flags, SENDER_REPORT | RECEIVER_REPORT, ..] if flags >> 6 == 2 && flags & 0x20 == 0) {
            return Err(RtcpError::NoReport);
        }
        let mut compound = Self::default();
        let mut rest = datagram;
        let mut first = true;
        while let Some(([flags, kind, high, low], _)) = rest.split_first_chunk::<4>() {
            let bytes = (usize::from(u16::from_be_bytes([*high, *low])) + 1) * 4;
            if flags >> 6 != 2 || bytes > rest.len() {
                return Err(RtcpError::Short);
            }
            let (mut packet, behind) = rest.split_at(bytes);
            if matches!(*kind, SENDER_REPORT | RECEIVER_REPORT | GOODBYE) {
                let packets = unmarshal(&mut packet).map_err(|_| RtcpError::Malformed)?;
                for packet in &packets {
                    compound.take(packet.as_ref(), first);
                }
            }
            first = false;
            rest = behind;
        }
        Ok(compound)
    }

    fn take(&mut self, packet: &dyn Packet, first: bool) {
        let packet = packet.as_any();
        if let Some(report) = packet.downcast_ref::<SenderReport>() {
            if first {
                self.ssrc = report.ssrc;
                self.sender = Some(SenderInfo {
                    ntp: report.ntp_time,
                    rtp_timestamp: report.rtp_time,
                    packets: report.packet_count,
                    bytes: report.octet_count,
                });
            }
            self.blocks.extend(report.reports.iter().map(read_block));
        } else if let Some(report) = packet.downcast_ref::<ReceiverReport>() {
            if first {
                self.ssrc = report.ssrc;
            }
            self.blocks.extend(report.reports.iter().map(read_block));
        } else if packet.downcast_ref::<Goodbye>().is_some() {
            self.goodbye = true;
        }
    }

    /// Writes it with its CNAME, which every compound packet carries. `None` if there are too many blocks for one.
    pub fn write(&self, cname: &str) -> Option<Vec<u8>> {
        let reports = self.blocks.iter().map(write_block).collect();
        let report: Box<dyn Packet> = match self.sender {
            Some(sender) => Box::new(SenderReport {
                ssrc: self.ssrc,
                ntp_time: sender.ntp,
                rtp_time: sender.rtp_timestamp,
                packet_count: sender.packets,
                octet_count: sender.bytes,
                reports,
                profile_extensions: Bytes::new(),
            }),
            None => Box::new(ReceiverReport { ssrc: self.ssrc, reports, ..ReceiverReport::default() }),
        };
        let name =
            SourceDescriptionItem { sdes_type: SdesType::SdesCname, text: Bytes::copy_from_slice(cname.as_bytes()) };
        let chunk = SourceDescriptionChunk { source: self.ssrc, items: vec![name] };
        let packets: [Box<dyn Packet>; 2] = [report, Box::new(SourceDescription { chunks: vec![chunk] })];
        let mut compound = marshal(&packets).ok()?.to_vec();
        if self.goodbye {
            compound.extend(goodbye(self.ssrc));
        }
        Some(compound)
    }
}

/// A BYE of one source without a reason ([RFC 3550 section 6.6](https://www.rfc-editor.org/rfc/rfc3550#section-6.6)).
/// `rtc-rtcp` writes an empty reason and fills it up with padding of three bytes, where padding has to be a multiple of
/// four (section 6.4.1).
fn goodbye(ssrc: u32) -> [u8; 8] {
    let [a, b, c, d] = ssrc.to_be_bytes();
    [0x81, GOODBYE, 0, 1, a, b, c, d]
}

fn read_block(report: &ReceptionReport) -> ReportBlock {
    ReportBlock {
        ssrc: report.ssrc,
        fraction_lost: report.fraction_lost,
        lost: if report.total_lost > MAX_LOST { 0 } else { report.total_lost },
        highest_sequence: report.last_sequence_number,
        jitter: report.jitter,
        last_sr: report.last_sender_report,
        delay_since_sr: report.delay,
    }
}

fn write_block(block: &ReportBlock) -> ReceptionReport {
    ReceptionReport {
        ssrc: block.ssrc,
        fraction_lost: block.fraction_lost,
        total_lost: block.lost.min(MAX_LOST),
        last_sequence_number: block.highest_sequence,
        jitter: block.jitter,
        last_sender_report: block.last_sr,
        delay: block.delay_since_sr,
    }
}
