//! The decoder against whole answers.

#[cfg(test)]
mod answers;
#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod outcome;
#[cfg(test)]
mod shapes;
