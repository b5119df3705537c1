use std::io::{self, Read};

/// The sum of the numbers.
fn sum(numbers: &[i64]) -> i64 {
    numbers.iter().sum()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut input = String::new();
    io::stdin().read_to_string(&mut input)?;
    let numbers = input.split_whitespace().map(str::parse).collect::<Result<Vec<i64>, _>>()?;
    println!("{}", sum(&numbers));
    Ok(())
}
