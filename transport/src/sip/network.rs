//! Networks: an address and how much of it counts.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::RangeInclusive;
use std::str::FromStr;

/// A network in CIDR notation (RFC 4632, RFC 4291 section 2.3); an address alone is a network of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// What was written is no network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write an address such as 192.0.2.1, or a network such as 192.0.2.0/24 or 2001:db8::/32")]
pub struct NoNetwork;

impl Network {
    /// A network. `None`: the prefix is longer than the address.
    pub fn new(address: IpAddr, prefix: u8) -> Option<Self> {
        // An IPv4 address that is written as IPv6 is that IPv4 address, as it is in a packet's source.
        let (address, prefix) = match address.to_canonical() {
            v4 @ IpAddr::V4(_) if address.is_ipv6() => (v4, prefix.checked_sub(96)?),
            address => (address, prefix),
        };
        (prefix <= width(address)).then(|| Self { address: mask(address, prefix), prefix })
    }

    /// The source that its first address belongs to.
    pub(crate) fn source(self) -> super::limiter::Source {
        self.address.into()
    }

    /// Its addresses, from the first to the last.
    pub fn range(&self) -> RangeInclusive<IpAddr> {
        let last = match self.address {
            IpAddr::V4(first) => {
                let open = u32::MAX.checked_shr(self.prefix.into()).unwrap_or(0);
                IpAddr::V4(Ipv4Addr::from(u32::from(first) | open))
            }
            IpAddr::V6(first) => {
                let open = u128::MAX.checked_shr(self.prefix.into()).unwrap_or(0);
                IpAddr::V6(Ipv6Addr::from(u128::from(first) | open))
            }
        };
        self.address..=last
    }

    /// Whether it is one of IPv4.
    pub const fn is_ipv4(&self) -> bool {
        self.address.is_ipv4()
    }

    /// Whether an address belongs to it.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.address.is_ipv4() && mask(address, self.prefix) == self.address
    }
}

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Self {
        let address = address.to_canonical();
        Self { address, prefix: width(address) }
    }
}

impl FromStr for Network {
    type Err = NoNetwork;

    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        let Some((address, prefix)) = text.trim().split_once('/') else {
            return text.trim().parse::<IpAddr>().map(Self::from).map_err(|_| NoNetwork);
        };
        let address = address.parse::<IpAddr>().map_err(|_| NoNetwork)?;
        Self::new(address, prefix.parse().map_err(|_| NoNetwork)?).ok_or(NoNetwork)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.prefix == width(self.address) {
            write!(f, "{}", self.address)
        } else {
            write!(f, "{}/{}", self.address, self.prefix)
        }
    }
}

impl serde::Serialize for Network {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Network {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|error| serde::de::Error::custom(format!("`{text}` is no network: {error}")))
    }
}

const fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn mask(address: IpAddr, prefix: u8) -> IpAddr {
    match address {
        IpAddr::V4(v4) => {
            let kept = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
            IpAddr::V4(Ipv4Addr::from(u32::from(v4) & kept))
        }
        IpAddr::V6(v6) => {
            let kept = u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0);
            IpAddr::V6(Ipv6Addr::from(u128::from(v6) & kept))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_belong_to_their_networks() {
        for (network, inside, outside) in [
            ("192.0.2.0/24", "192.0.2.255", "192.0.3.0"),
            ("192.0.2.7", "192.0.2.7", "192.0.2.8"),
            ("192.0.2.77/25", "::ffff:192.0.2.1", "192.0.2.128"),
            ("0.0.0.0/0", "203.0.113.1", "::1"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::1"),
            ("::/0", "2001:db8::1", "192.0.2.1"),
            ("::ffff:192.0.2.0/120", "192.0.2.9", "192.0.3.9"),
        ] {
            let network: Network = network.parse().expect("a network");
            let [inside, outside] = [inside, outside].map(|text| text.parse::<IpAddr>().expect("an address"));
            assert!(network.contains(inside), "{inside} in {network}");
            assert!(!network.contains(outside), "{outside} not in {network}");
            assert!(network.range().contains(&inside.to_canonical()), "{inside} in the range of {network}");
            assert!(!network.range().contains(&outside), "{outside} not in the range of {network}");
        }
    }

    #[test]
    fn what_is_no_network_is_refused_and_a_network_is_written_as_it_is_read() {
        for text in
            ["", "host.example", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2/24", "2001:db8::/129", "::ffff:1.2.3.4/95"]
        {
            assert_eq!(text.parse::<Network>(), Err(NoNetwork), "{text}");
        }
        for (text, written) in
            [("192.0.2.9/24", "192.0.2.0/24"), ("192.0.2.9", "192.0.2.9"), ("2001:db8::1/64", "2001:db8::/64")]
        {
            assert_eq!(text.parse::<Network>().expect("a network").to_string(), written);
        }
    }
}
