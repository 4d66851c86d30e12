//! Two shares compared, with a confidence interval.

/// So many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Share {
    /// Those who did.
    pub yes: u32,
    /// All.
    pub of: u32,
}

/// 1.96: 95 of 100 intervals hold the true value.
const Z: f64 = 1.959_963_984_540_054;

impl Share {
    /// The share, from 0 to 1; 0 of nothing is 0.
    pub fn value(self) -> f64 {
        if self.of == 0 { 0.0 } else { f64::from(self.yes) / f64::from(self.of) }
    }

    /// Wilson's interval at 95 %, which holds for small numbers and for shares near 0 and 1 too (E. B. Wilson, 1927).
    pub fn interval(self) -> (f64, f64) {
        if self.of == 0 {
            return (0.0, 1.0);
        }
        let (n, p) = (f64::from(self.of), self.value());
        let centre = p + Z * Z / (2.0 * n);
        let spread = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        let scale = 1.0 + Z * Z / n;
        (((centre - spread) / scale).max(0.0), ((centre + spread) / scale).min(1.0))
    }
}

/// How much one share is above another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// The first less the second, from -1 to 1.
    pub value: f64,
    /// The lower end of its interval at 95 %.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Difference {
    /// Whether chance alone is an unlikely cause: the interval does not hold 0.
    pub fn is_significant(&self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }
}

/// The first share less the second with its interval at 95 %, by Newcombe's method of combining the two Wilson intervals
/// (R. G. Newcombe, Statistics in Medicine 17, 1998, method 10).
pub fn difference(first: Share, second: Share) -> Difference {
    if first.of == 0 || second.of == 0 {
        return Difference { value: first.value() - second.value(), low: -1.0, high: 1.0 };
    }
    let (a, b) = (first.value(), second.value());
    let ((a_low, a_high), (b_low, b_high)) = (first.interval(), second.interval());
    let value = a - b;
    let low = value - ((a - a_low).powi(2) + (b_high - b).powi(2)).sqrt();
    let high = value + ((a_high - a).powi(2) + (b - b_low).powi(2)).sqrt();
    Difference { value, low: low.max(-1.0), high: high.min(1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(value: f64, expected: f64) -> bool {
        (value - expected).abs() < 5e-5
    }

    /// The examples of Newcombe's paper, table II, method 10.
    #[test]
    fn is_that_of_the_published_examples() {
        let cases = [
            ((56, 70), (48, 80), (0.0524, 0.3339)),
            ((9, 10), (3, 10), (0.1705, 0.8090)),
            ((6, 7), (2, 7), (0.0582, 0.8062)),
            ((5, 56), (0, 29), (-0.0381, 0.1926)),
            ((0, 10), (0, 10), (-0.2775, 0.2775)),
            ((10, 10), (0, 10), (0.6075, 1.0)),
        ];
        for ((yes, of), (other, other_of), (low, high)) in cases {
            let found = difference(Share { yes, of }, Share { yes: other, of: other_of });
            assert!(near(found.low, low) && near(found.high, high), "{yes}/{of}: {found:?}");
        }
    }

    #[test]
    fn nothing_is_known_of_nothing() {
        let found = difference(Share { yes: 3, of: 10 }, Share::default());
        assert_eq!((found.low, found.high, found.is_significant()), (-1.0, 1.0, false));
    }
}
