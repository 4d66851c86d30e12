//! What is said of numbers, telephone numbers, dates, times and names, read from words.

mod date;
mod date_words;
mod name;
mod number;
mod phone;
mod spelled;
mod time;

pub use date::date;
pub use date_words::light_words;
pub use name::{introduction, name};
pub use number::cardinal;
pub use phone::{digits, only_digits, phone};
pub use time::{DayPart, Moment, time};
