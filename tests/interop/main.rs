//! Callwright between programs by others: a carrier's border of Kamailio and rtpengine, and a NAT of the kernel's.

mod border;
mod linphone;
mod nat;
