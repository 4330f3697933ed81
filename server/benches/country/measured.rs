//! What the measurements of a country ask and say.

/// The number after an option of the command line.
pub fn asked_for(option: &str, otherwise: usize) -> usize {
    text_for(option).map_or(otherwise, |number| number.parse().expect("a number"))
}

/// The text after an option of the command line.
pub fn text_for(option: &str) -> Option<String> {
    std::env::args().skip_while(|argument| argument != option).nth(1)
}

/// Of some times the one that so great a part of them does not exceed.
pub fn quantile(times: &[f64], part: f64) -> f64 {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    times[((times.len() - 1) as f64 * part).round() as usize]
}
