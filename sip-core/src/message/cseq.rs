//! CSeq and RAck (RFC 3261 20.16, RFC 3262 7.2).

use std::fmt;
use std::str::FromStr;

use super::lex;
use super::method::Method;

/// A CSeq. RFC 3261 8.1.1.5 keeps what is sent below 2^31; anything that fits 32 bits is read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CSeq {
    /// The sequence number.
    pub seq: u32,
    /// The method of the request.
    pub method: Method,
}

/// The text is no CSeq, or its number needs more than 32 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sequence number or method is broken")]
pub struct CSeqError;

impl CSeq {
    /// A CSeq.
    pub const fn new(seq: u32, method: Method) -> Self {
        Self { seq, method }
    }

    /// Reads a CSeq.
    pub fn parse(text: &str) -> Result<Self, CSeqError> {
        let (seq, method) = lex::trim(text).split_once(|char: char| char.is_ascii_whitespace()).ok_or(CSeqError)?;
        let method = Method::parse(lex::trim(method)).ok_or(CSeqError)?;
        Ok(Self { seq: parse_seq(seq)?, method })
    }
}

fn parse_seq(text: &str) -> Result<u32, CSeqError> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(CSeqError);
    }
    text.parse().map_err(|_| CSeqError)
}

impl FromStr for CSeq {
    type Err = CSeqError;

    fn from_str(text: &str) -> Result<Self, CSeqError> {
        Self::parse(text)
    }
}

impl fmt::Display for CSeq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.seq, self.method)
    }
}

/// A RAck: which reliable provisional response a PRACK confirms.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RAck {
    /// The RSeq of the response.
    pub rseq: u32,
    /// The CSeq of the request that it answered.
    pub cseq: CSeq,
}

impl RAck {
    /// Reads a RAck.
    pub fn parse(text: &str) -> Result<Self, CSeqError> {
        let (rseq, cseq) = lex::trim(text).split_once(|char: char| char.is_ascii_whitespace()).ok_or(CSeqError)?;
        Ok(Self { rseq: parse_seq(rseq)?, cseq: CSeq::parse(cseq)? })
    }
}

impl fmt::Display for RAck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.rseq, self.cseq)
    }
}
