//! Request methods (RFC 3261 7.1 and the extensions that name one).

use std::fmt;

use super::lex;

macro_rules! methods {
    ($($(#[$doc:meta])* $variant:ident = $text:literal),+ $(,)?) => {
        /// A request method. Methods are compared with respect to case (RFC 3261 7.1).
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub enum Method {
            $($(#[$doc])* $variant,)+
            /// Any other token, kept as it was read.
            Other(String),
        }

        impl Method {
            /// Reads a method; `None` if the text is not a token.
            pub fn parse(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$variant),)+
                    _ if lex::is_token(text) => Some(Self::Other(text.to_owned())),
                    _ => None,
                }
            }

            /// The method as it stands on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Other(text) => text,
                }
            }
        }
    };
}

methods! {
    /// RFC 3261 13.
    Invite = "INVITE",
    /// RFC 3261 13 and 17.
    Ack = "ACK",
    /// RFC 3261 15.
    Bye = "BYE",
    /// RFC 3261 9.
    Cancel = "CANCEL",
    /// RFC 3261 11.
    Options = "OPTIONS",
    /// RFC 3261 10.
    Register = "REGISTER",
    /// RFC 6086.
    Info = "INFO",
    /// RFC 3262.
    Prack = "PRACK",
    /// RFC 3311.
    Update = "UPDATE",
    /// RFC 3515.
    Refer = "REFER",
    /// RFC 6665.
    Notify = "NOTIFY",
    /// RFC 6665.
    Subscribe = "SUBSCRIBE",
    /// RFC 3428.
    Message = "MESSAGE",
    /// RFC 3903.
    Publish = "PUBLISH",
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
