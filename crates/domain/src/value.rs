//! The plumbing that every value made of one text shares; what makes a value right stands in its own file.

/// Reading from and writing to text, for a type with `parse(&str)`, `as_str()` and a private `String` inside.
macro_rules! text_value {
    ($name:ident, $fault:ty) => {
        impl std::str::FromStr for $name {
            type Err = $fault;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = $fault;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

/// Reading from and writing to text, for a number with so many digits, leading zeros included.
macro_rules! number_value {
    ($name:ident, $fault:ident, $digits:literal) => {
        impl $name {
            pub fn parse(text: &str) -> Result<Self, $fault> {
                let text = text.trim();
                let digits = text.len() == $digits && text.bytes().all(|octet| octet.is_ascii_digit());
                text.parse().ok().filter(|_| digits).map(Self).ok_or($fault)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $fault;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = $fault;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(number: $name) -> Self {
                number.to_string()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{:0width$}", self.0, width = $digits)
            }
        }
    };
}

/// Equality, order and hash without regard to case, for types that keep the case they were given.
macro_rules! compared_in_lower_case {
    ($name:ident) => {
        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.0 == other.0 || crate::text::lower(&self.0).eq(crate::text::lower(&other.0))
            }
        }

        impl Eq for $name {}

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Ord for $name {
            fn cmp(&self, other: &Self) -> std::cmp::Ordering {
                crate::text::lower(&self.0).cmp(crate::text::lower(&other.0))
            }
        }

        impl std::hash::Hash for $name {
            fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
                crate::text::lower(&self.0).collect::<String>().hash(state);
            }
        }
    };
}

pub(crate) use {compared_in_lower_case, number_value, text_value};
