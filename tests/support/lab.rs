//! Hosts of their own in network namespaces: an office behind a NAT, and the internet before it.
//!
//! ```text
//! office 192.168.1.10 -- 192.168.1.1 nat 203.0.113.2 -- 203.0.113.1 (where the test itself runs)
//! office 10.99.0.2 ------------------------------------ 10.99.0.1   (a wire of the test's own, for REST)
//! ```
//!
//! Nothing of the machine's own network is touched: the test starts itself once more in namespaces of its own, which
//! are gone with its process. It needs no root where user namespaces are allowed.

use std::future::Future;
use std::process::{Command, Stdio};

/// The address of the internet's host, where the test runs.
pub const INTERNET: &str = "203.0.113.1";
/// The outer address of the NAT.
pub const NAT: &str = "203.0.113.2";
/// The namespace of the office.
pub const OFFICE: &str = "office";
/// The address of the office's host, behind the NAT.
pub const OFFICE_ADDRESS: &str = "192.168.1.10";
/// Its other address, by which the test reaches its REST surface.
pub const OFFICE_REST: &str = "10.99.0.2";

const INSIDE: &str = "CALLWRIGHT_TEST_LAB";

const HOSTS: &str = r"
mkdir -p /run/netns
mount -t tmpfs none /run/netns
ip link set lo up
ip netns add nat
ip netns add office
ip link add wan0 type veth peer name wan netns nat
ip link add lan netns nat type veth peer name lan0 netns office
ip link add rest0 type veth peer name rest netns office
ip addr add 203.0.113.1/24 dev wan0
ip addr add 10.99.0.1/24 dev rest0
ip link set wan0 up
ip link set rest0 up
nat() { ip netns exec nat $@; }
office() { ip netns exec office $@; }
nat ip link set lo up
nat ip addr add 203.0.113.2/24 dev wan
nat ip addr add 192.168.1.1/24 dev lan
nat ip link set wan up
nat ip link set lan up
nat sysctl -qw net.ipv4.ip_forward=1
office ip link set lo up
office ip addr add 192.168.1.10/24 dev lan0
office ip addr add 10.99.0.2/24 dev rest
office ip link set lan0 up
office ip link set rest up
office ip route add default via 192.168.1.1
";

/// Runs a test among these hosts: `name` is its path, as the test runner has it.
pub fn run<F: Future<Output = ()>>(name: &str, test: impl FnOnce() -> F) {
    if std::env::var_os(INSIDE).is_some() {
        shell(HOSTS);
        masquerade("");
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        return runtime.block_on(test());
    }
    again(name, &["--net", "--mount"]);
}

/// Runs a test once more in namespaces of its own.
fn again(name: &str, namespaces: &[&str]) {
    let mut again = Command::new("unshare");
    if !rustix::process::geteuid().is_root() {
        again.args(["--user", "--map-root-user"]);
    }
    again.args(namespaces).args(["--kill-child", "--"]).arg(std::env::current_exe().unwrap());
    again.args(["--exact", name, "--nocapture"]).env(INSIDE, "1").stdin(Stdio::null());
    let output = again.output().expect("unshare of util-linux");
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).join("\n");
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

/// Runs a test where it may mount disks of its own, which are gone with it. It needs no root where user namespaces are
/// allowed.
pub fn with_disks<F: Future<Output = ()>>(name: &str, test: impl FnOnce() -> F) {
    if std::env::var_os(INSIDE).is_some() {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        return runtime.block_on(test());
    }
    again(name, &["--mount"]);
}

/// A small disk, gone with this.
#[derive(Debug)]
pub struct Disk(tempfile::TempDir);

impl Disk {
    /// One of so many MiB, among [`with_disks`].
    pub fn of(mebibytes: u32) -> Self {
        let at = tempfile::Builder::new().prefix("callwright-disk-").tempdir().unwrap();
        let size = format!("size={mebibytes}m");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(at.path()).status();
        assert!(mounted.unwrap().success(), "a disk can be mounted here");
        Self(at)
    }

    /// Where it is.
    pub fn path(&self) -> &std::path::Path {
        self.0.path()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.path()).status();
    }
}

/// Has the NAT give out addresses, with a rule of nftables for what it forwards.
pub fn masquerade(forward: &str) {
    shell(&format!(
        "ip netns exec nat nft -f - <<'RULES'\nflush ruleset\ntable ip nat {{\n chain after {{\n  \
         type nat hook postrouting priority 100;\n  oifname \"wan\" masquerade random\n }}\n}}\ntable ip filter {{\n \
         chain through {{\n  type filter hook forward priority 0;\n  {forward}\n }}\n}}\nRULES\n"
    ));
}

/// Has the NAT forget a flow after so many seconds without a packet.
pub fn forgets_after(seconds: u32) {
    let name = "net.netfilter.nf_conntrack_udp_timeout";
    shell(&format!("ip netns exec nat sysctl -qw {name}={seconds} {name}_stream={seconds}"));
}

/// Has the NAT forget everything, as a router does that was started anew: each flow gets another port.
pub fn restart_nat() {
    shell("ip netns exec nat ip link set wan down; ip netns exec nat ip link set wan up");
}

/// A program, started in one of the namespaces.
pub fn within(namespace: &str, program: &Command) -> Command {
    let mut command = Command::new("ip");
    command.args(["netns", "exec", namespace]).arg(program.get_program()).args(program.get_args());
    command.env_clear().stdin(Stdio::null());
    command.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command
}

fn shell(script: &str) {
    let output = Command::new("sh").args(["-eu", "-c", script]).output().unwrap();
    assert!(output.status.success(), "the namespaces: {}", String::from_utf8_lossy(&output.stderr));
}
