//! The foreign calls of the media threads: receiving in batches with kernel time stamps, sleeping until an absolute
//! time, and scheduling. Nothing else in this crate is unsafe.
#![allow(unsafe_code)]

use std::io;
use std::mem;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6, UdpSocket};
use std::os::fd::AsRawFd;
use std::ptr;
use std::time::{Duration, Instant};

/// Packets taken by one call of the system.
pub(crate) const BATCH: usize = 8;

/// The largest packet that is read whole: more than an Ethernet frame holds.
pub(crate) const MAX_PACKET: usize = 2_048;

/// Room for one control message with a `timespec`, and then some.
const CONTROL: usize = 64;

/// Control data must be aligned as its header is.
#[repr(C, align(8))]
struct Control([u8; CONTROL]);

/// One packet of a [`ReceiveBatch`].
#[derive(Debug)]
pub struct Received<'a> {
    /// Who sent it; `None` for an address family that is not IP.
    pub source: Option<SocketAddr>,
    /// Its bytes.
    pub data: &'a [u8],
    /// When the kernel took it in, as time since the Unix epoch.
    pub stamp: Option<Duration>,
    /// It was longer than `MAX_PACKET`; the rest is lost.
    pub truncated: bool,
}

/// Buffers for one `recvmmsg`, used again for every socket of a thread. Neither `Send` nor `Sync`: it stays on the
/// thread that made it.
pub struct ReceiveBatch {
    headers: Box<[libc::mmsghdr; BATCH]>,
    // The headers point into these; they are boxed so that they stay where they are.
    buffers: Box<[[u8; MAX_PACKET]; BATCH]>,
    names: Box<[libc::sockaddr_storage; BATCH]>,
    controls: Box<[Control; BATCH]>,
    _vectors: Box<[libc::iovec; BATCH]>,
}

impl Default for ReceiveBatch {
    fn default() -> Self {
        Self::new()
    }
}

impl ReceiveBatch {
    /// Makes the buffers.
    pub fn new() -> Self {
        // SAFETY: these are plain C structs of integers and pointers, for which all bits zero is a value.
        let mut headers: Box<[libc::mmsghdr; BATCH]> = Box::new(unsafe { mem::zeroed() });
        // SAFETY: as above.
        let mut names: Box<[libc::sockaddr_storage; BATCH]> = Box::new(unsafe { mem::zeroed() });
        let mut buffers = Box::new([[0; MAX_PACKET]; BATCH]);
        let mut controls = Box::new([const { Control([0; CONTROL]) }; BATCH]);
        let mut vectors = Box::new(
            buffers.each_mut().map(|buffer| libc::iovec { iov_base: buffer.as_mut_ptr().cast(), iov_len: MAX_PACKET }),
        );
        for (index, header) in headers.iter_mut().enumerate() {
            header.msg_hdr.msg_iov = &raw mut vectors[index];
            header.msg_hdr.msg_iovlen = 1;
            header.msg_hdr.msg_name = (&raw mut names[index]).cast();
            header.msg_hdr.msg_control = controls[index].0.as_mut_ptr().cast();
        }
        Self { headers, buffers, names, controls, _vectors: vectors }
    }

    /// Takes up to [`BATCH`] packets that wait at the socket; 0 when there are none. Never blocks.
    pub fn receive(&mut self, socket: &UdpSocket) -> io::Result<usize> {
        for header in self.headers.iter_mut() {
            header.msg_hdr.msg_namelen = mem::size_of::<libc::sockaddr_storage>() as libc::socklen_t;
            header.msg_hdr.msg_controllen = CONTROL;
            header.msg_hdr.msg_flags = 0;
        }
        // SAFETY: every header points to one iovec over a buffer of MAX_PACKET bytes, to an address buffer and to a
        // control buffer of the sizes given, all owned by `self` and not borrowed elsewhere during the call; the
        // socket is open while it is borrowed; no timeout is given.
        let count = unsafe {
            libc::recvmmsg(
                socket.as_raw_fd(),
                self.headers.as_mut_ptr(),
                BATCH as libc::c_uint,
                libc::MSG_DONTWAIT as _,
                ptr::null_mut(),
            )
        };
        if count >= 0 {
            return Ok(count as usize);
        }
        let error = io::Error::last_os_error();
        match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted => Ok(0),
            _ => Err(error),
        }
    }

    /// One of the packets that the last [`receive`](Self::receive) counted.
    pub fn packet(&self, index: usize) -> Received<'_> {
        let header = &self.headers[index];
        let length = (header.msg_len as usize).min(MAX_PACKET);
        Received {
            source: address(&self.names[index]),
            data: &self.buffers[index][..length],
            stamp: stamp(&self.controls[index].0, header.msg_hdr.msg_controllen),
            truncated: header.msg_hdr.msg_flags & libc::MSG_TRUNC != 0,
        }
    }
}

/// Reads an address as the kernel wrote it.
fn address(name: &libc::sockaddr_storage) -> Option<SocketAddr> {
    match i32::from(name.ss_family) {
        libc::AF_INET => {
            // SAFETY: the kernel wrote a sockaddr_in, as the family says; the storage is larger and aligned for it.
            let v4 = unsafe { &*ptr::from_ref(name).cast::<libc::sockaddr_in>() };
            let ip = Ipv4Addr::from(u32::from_be(v4.sin_addr.s_addr));
            Some(SocketAddr::V4(SocketAddrV4::new(ip, u16::from_be(v4.sin_port))))
        }
        libc::AF_INET6 => {
            // SAFETY: the kernel wrote a sockaddr_in6, as the family says; the storage is larger and aligned for it.
            let v6 = unsafe { &*ptr::from_ref(name).cast::<libc::sockaddr_in6>() };
            let ip = Ipv6Addr::from(v6.sin6_addr.s6_addr);
            Some(SocketAddr::V6(SocketAddrV6::new(ip, u16::from_be(v6.sin6_port), 0, v6.sin6_scope_id)))
        }
        _ => None,
    }
}

/// Reads the time from the first control message, if it is one.
fn stamp(control: &[u8; CONTROL], length: usize) -> Option<Duration> {
    let header_size = mem::size_of::<libc::cmsghdr>();
    if length.min(CONTROL) < header_size + mem::size_of::<libc::timespec>() {
        return None;
    }
    // SAFETY: the bytes are initialised and long enough (checked above); unaligned reads of plain integers.
    let header: libc::cmsghdr = unsafe { ptr::read_unaligned(control.as_ptr().cast()) };
    if header.cmsg_level != libc::SOL_SOCKET || header.cmsg_type != libc::SCM_TIMESTAMPNS {
        return None;
    }
    // SAFETY: as above; the data of a control message follows its header, whose size is a multiple of its alignment.
    let time: libc::timespec = unsafe { ptr::read_unaligned(control.as_ptr().add(header_size).cast()) };
    Some(Duration::new(u64::try_from(time.tv_sec).ok()?, u32::try_from(time.tv_nsec).ok()?))
}

/// Asks the kernel to stamp each packet with the time at which it came in.
pub fn enable_time_stamps(socket: &UdpSocket) -> io::Result<()> {
    let on: libc::c_int = 1;
    // SAFETY: the socket is open while borrowed; the value is an int and its size is given.
    let result = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_TIMESTAMPNS,
            (&raw const on).cast(),
            mem::size_of::<libc::c_int>() as libc::socklen_t,
        )
    };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Sleeps until an absolute time, so that the length of what was done before does not add up.
#[derive(Debug)]
pub struct Sleeper {
    origin: Instant,
    /// `CLOCK_MONOTONIC` at `origin`.
    base: Duration,
}

impl Default for Sleeper {
    fn default() -> Self {
        Self::new()
    }
}

impl Sleeper {
    /// Ties the program's clock to the system's.
    pub fn new() -> Self {
        let origin = Instant::now();
        Self { origin, base: read_clock(libc::CLOCK_MONOTONIC) }
    }

    /// Returns at `due`, or at once if it has passed.
    pub fn sleep_until(&self, due: Instant) {
        let at = self.base + due.saturating_duration_since(self.origin);
        let at = libc::timespec { tv_sec: at.as_secs() as _, tv_nsec: at.subsec_nanos() as _ };
        loop {
            // SAFETY: the time is a valid timespec; nothing is written with TIMER_ABSTIME.
            let result = unsafe {
                libc::clock_nanosleep(libc::CLOCK_MONOTONIC, libc::TIMER_ABSTIME, &raw const at, ptr::null_mut())
            };
            if result != libc::EINTR {
                return;
            }
        }
    }
}

fn read_clock(clock: libc::clockid_t) -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is to a timespec of our own; an unknown clock would leave it as it is.
    unsafe { libc::clock_gettime(clock, &raw mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Sets the nice level of the calling thread.
pub(crate) fn set_nice(level: i8) -> io::Result<()> {
    // SAFETY: gettid takes nothing; setpriority takes integers. On Linux a nice level belongs to a thread.
    let result = unsafe {
        let thread = libc::syscall(libc::SYS_gettid) as libc::id_t;
        libc::setpriority(libc::PRIO_PROCESS, thread, libc::c_int::from(level))
    };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Puts the calling thread under `SCHED_RR`.
pub(crate) fn set_round_robin(priority: u8) -> io::Result<()> {
    let parameters = libc::sched_param { sched_priority: libc::c_int::from(priority) };
    // SAFETY: 0 is the calling thread; the parameters are a valid sched_param.
    let result = unsafe { libc::sched_setscheduler(0, libc::SCHED_RR, &raw const parameters) };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_come_with_source_and_time() {
        for any in ["127.0.0.1:0", "[::1]:0"] {
            let Ok(receiver) = UdpSocket::bind(any) else { continue };
            enable_time_stamps(&receiver).expect("time stamps");
            let sender = UdpSocket::bind(any).expect("a second socket");
            let mut batch = ReceiveBatch::new();
            assert_eq!(batch.receive(&receiver).expect("nothing yet"), 0);
            let to = receiver.local_addr().expect("an address");
            for index in 0..3_u8 {
                sender.send_to(&[index; 172], to).expect("loopback");
            }
            sender.send_to(&[9; MAX_PACKET + 1], to).expect("loopback");
            assert_eq!(batch.receive(&receiver).expect("packets"), 4);
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
            for index in 0..3 {
                let packet = batch.packet(index);
                assert_eq!(packet.data, [index as u8; 172]);
                assert_eq!(packet.source, sender.local_addr().ok());
                assert!(!packet.truncated);
                let age = now.checked_sub(packet.stamp.expect("a stamp")).expect("in the past");
                assert!(age < Duration::from_secs(10));
            }
            assert!(batch.packet(3).truncated);
        }
    }

    #[test]
    fn sleeping_ends_no_sooner_than_asked() {
        let sleeper = Sleeper::new();
        let past = Instant::now();
        let due = past + Duration::from_millis(3);
        sleeper.sleep_until(due);
        assert!(Instant::now() >= due);
        sleeper.sleep_until(past);
    }
}
