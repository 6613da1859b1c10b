//! Parquet: columns of numbers, texts, days and timestamps, read some thousands of rows at a time and given out as rows.
//! Columns of other sorts are passed over, and refused where something is wanted from them.

use std::cell::Cell;
use std::fs::File;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::path::Path;
use std::sync::Once;

use parquet::basic::{Compression, ConvertedType, LogicalType, TimeUnit, Type};
use parquet::column::reader::ColumnReader;
use parquet::data_type::{ByteArray, FixedLenByteArray, Int96};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;
use servanda_model::Clock;

use crate::csv::{ReadError, plain};
use crate::error::RunError;
use crate::row::{PADDING, Row};
use crate::time::write_tick;

/// Rows decoded at once.
const ROWS: usize = 4096;

pub(crate) struct ParquetReader {
    file: SerializedFileReader<File>,
    header: Vec<String>,
    kinds: Vec<Kind>,
    group: usize,
    columns: Vec<ColumnReader>,
    /// Rows of the group that were not decoded yet.
    left: usize,
    chunks: Vec<Chunk>,
    at: usize,
    decoded: usize,
    rows: u64,
    total_rows: u64,
    size: u64,
    text: Vec<u8>,
    bounds: Vec<u32>,
}

/// What numbers of a column mean.
#[derive(Clone, Copy)]
enum Kind {
    Plain,
    Date,
    /// So many to the second.
    Timestamp(i64),
    /// So many digits after the point.
    Decimal(usize),
    Unsigned,
    Half,
    Uuid,
    /// What no cell of a feed can say: what it is instead.
    Odd(&'static str),
}

enum Values {
    Bool(Vec<bool>),
    Int32(Vec<i32>),
    Int64(Vec<i64>),
    Int96(Vec<Int96>),
    Float(Vec<f32>),
    Double(Vec<f64>),
    Bytes(Vec<ByteArray>),
    Fixed(Vec<FixedLenByteArray>),
}

/// Some rows of one column. Where it may be empty, a level of 1 says that there is a value.
struct Chunk {
    levels: Option<Vec<i16>>,
    values: Values,
    next: usize,
}

impl ParquetReader {
    pub(crate) fn open(path: &Path) -> Result<ParquetReader, RunError> {
        let unreadable = |reason: String| RunError::Read { path: path.to_path_buf(), row: 0, reason };
        let file = File::open(path).map_err(|error| unreadable(plain(&error)))?;
        let size = file.metadata().map_err(|error| unreadable(plain(&error)))?.len();
        let file = guarded(|| SerializedFileReader::new(file))
            .map_err(|error| unreadable(format!("is no whole Parquet file: {}", said(&error))))?;
        let schema = file.metadata().file_metadata().schema_descr();
        let mut header = Vec::new();
        let mut kinds = Vec::new();
        for column in schema.columns() {
            if column.max_rep_level() > 0 || column.path().parts().len() > 1 || column.max_def_level() > 1 {
                return Err(unreadable(format!(
                    "column `{}` is nested; a feed has plain columns",
                    column.path().string()
                )));
            }
            header.push(column.name().to_owned());
            kinds.push(kind_of(column));
        }
        for column in file.metadata().row_groups().iter().flat_map(|group| group.columns()) {
            if let Some(name) = unreadable_compression(column.compression()) {
                return Err(unreadable(format!(
                    "column `{}` is compressed with {name}: write it with Snappy, Zstandard or without compression",
                    column.column_path().string()
                )));
            }
        }
        let total_rows = file.metadata().file_metadata().num_rows().unsigned_abs();
        Ok(ParquetReader {
            file,
            header,
            kinds,
            group: 0,
            columns: Vec::new(),
            left: 0,
            chunks: Vec::new(),
            at: 0,
            decoded: 0,
            rows: 0,
            total_rows,
            size,
            text: Vec::new(),
            bounds: Vec::new(),
        })
    }

    pub(crate) fn header(&self) -> &[String] {
        &self.header
    }

    /// For each column what it is, where no cell of a feed can say that.
    pub(crate) fn odd(&self) -> Vec<Option<&'static str>> {
        let odd = |kind: &Kind| if let Kind::Odd(what) = kind { Some(*what) } else { None };
        self.kinds.iter().map(odd).collect()
    }

    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// How far in the file, by rows.
    pub(crate) fn bytes(&self) -> u64 {
        (u128::from(self.size) * u128::from(self.rows) / u128::from(self.total_rows.max(1))) as u64
    }

    pub(crate) fn next(&mut self) -> Result<Option<Row<'_>>, ReadError> {
        while self.at == self.decoded {
            let row = self.rows + 1;
            let more = guarded(|| self.decode()).map_err(|error| ReadError::File { row, reason: said(&error) })?;
            if !more {
                return Ok(None);
            }
        }
        self.at += 1;
        self.rows += 1;
        self.text.clear();
        self.bounds.clear();
        self.bounds.push(0);
        for (chunk, kind) in self.chunks.iter_mut().zip(&self.kinds) {
            chunk.write(*kind, self.at - 1, &mut self.text);
            self.text.push(b',');
            self.bounds.push(self.text.len() as u32);
        }
        self.text.resize(self.text.len() + PADDING, 0);
        Ok(Some(Row { text: &self.text, bounds: &self.bounds }))
    }

    /// Passes over rows, to go on after them.
    pub(crate) fn pass_over(&mut self, rows: u64) -> Result<(), ReadError> {
        while let Some(group) = self.file.metadata().row_groups().get(self.group) {
            let after = self.rows + group.num_rows().max(0).unsigned_abs();
            if after > rows {
                break;
            }
            (self.group, self.rows) = (self.group + 1, after);
        }
        while self.rows < rows && self.next()?.is_some() {}
        Ok(())
    }

    /// Decodes some rows of every column.
    fn decode(&mut self) -> Result<bool, ParquetError> {
        while self.left == 0 {
            if self.group == self.file.num_row_groups() {
                return Ok(false);
            }
            let group = self.file.get_row_group(self.group)?;
            self.group += 1;
            self.left = group.metadata().num_rows().max(0) as usize;
            self.columns = (0..self.header.len()).map(|at| group.get_column_reader(at)).collect::<Result<_, _>>()?;
        }
        let wanted = self.left.min(ROWS);
        self.chunks.clear();
        for (at, column) in self.columns.iter_mut().enumerate() {
            let is_optional = self.file.metadata().file_metadata().schema_descr().column(at).max_def_level() > 0;
            self.chunks.push(Chunk::read(column, wanted, is_optional)?);
        }
        self.left -= wanted;
        self.at = 0;
        self.decoded = wanted;
        Ok(true)
    }
}

thread_local! {
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// The library that decodes Parquet panics on some damaged files. Here that is an error like others, and nothing is said
/// on standard error by the way.
fn guarded<T>(decode: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, ParquetError> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let others = take_hook();
        set_hook(Box::new(move |panic| {
            if !IS_GUARDED.get() {
                others(panic);
            }
        }));
    });
    IS_GUARDED.set(true);
    let outcome = catch_unwind(AssertUnwindSafe(decode));
    IS_GUARDED.set(false);
    outcome.unwrap_or_else(|_| Err(ParquetError::General("it is damaged".to_owned())))
}

impl Chunk {
    fn read(column: &mut ColumnReader, wanted: usize, is_optional: bool) -> Result<Chunk, ParquetError> {
        let mut levels = is_optional.then(Vec::new);
        macro_rules! values {
            ($reader:expr, $variant:ident) => {{
                let mut values = Vec::with_capacity(wanted);
                let mut got = 0;
                while got < wanted {
                    let (records, ..) = $reader.read_records(wanted - got, levels.as_mut(), None, &mut values)?;
                    if records == 0 {
                        return Err(ParquetError::EOF(format!("{} rows are missing", wanted - got)));
                    }
                    got += records;
                }
                Values::$variant(values)
            }};
        }
        let values = match column {
            ColumnReader::BoolColumnReader(reader) => values!(reader, Bool),
            ColumnReader::Int32ColumnReader(reader) => values!(reader, Int32),
            ColumnReader::Int64ColumnReader(reader) => values!(reader, Int64),
            ColumnReader::Int96ColumnReader(reader) => values!(reader, Int96),
            ColumnReader::FloatColumnReader(reader) => values!(reader, Float),
            ColumnReader::DoubleColumnReader(reader) => values!(reader, Double),
            ColumnReader::ByteArrayColumnReader(reader) => values!(reader, Bytes),
            ColumnReader::FixedLenByteArrayColumnReader(reader) => values!(reader, Fixed),
        };
        Ok(Chunk { levels, values, next: 0 })
    }

    /// Writes the cell of a row; rows are asked for in order.
    fn write(&mut self, kind: Kind, row: usize, out: &mut Vec<u8>) {
        if self.levels.as_ref().is_some_and(|levels| levels[row] == 0) {
            return;
        }
        let at = self.next;
        self.next += 1;
        match &self.values {
            _ if matches!(kind, Kind::Odd(_)) => {}
            Values::Bool(values) => say(out, values[at]),
            Values::Int32(values) => {
                let (signed, unsigned) = (i64::from(values[at]), i64::from(values[at] as u32));
                write_integer(kind, if matches!(kind, Kind::Unsigned) { unsigned } else { signed }, out);
            }
            Values::Int64(values) => match kind {
                Kind::Unsigned => say(out, values[at] as u64),
                _ => write_integer(kind, values[at], out),
            },
            Values::Int96(values) => {
                write_tick(out, values[at].to_millis().div_euclid(1000), Clock::Seconds, true);
            }
            Values::Float(values) => say(out, values[at]),
            Values::Double(values) => say(out, values[at]),
            Values::Bytes(values) => write_bytes(kind, values[at].data(), out),
            Values::Fixed(values) => write_bytes(kind, values[at].data(), out),
        }
    }
}

fn say(out: &mut Vec<u8>, what: impl std::fmt::Display) {
    // Writing into memory does not fail.
    let _ = write!(out, "{what}");
}

fn write_integer(kind: Kind, number: i64, out: &mut Vec<u8>) {
    match kind {
        Kind::Date => write_tick(out, number, Clock::Days, false),
        Kind::Timestamp(per_second) => write_tick(out, number.div_euclid(per_second), Clock::Seconds, true),
        Kind::Decimal(scale) => write_decimal(i128::from(number), scale, out),
        _ => crate::time::write_integer(out, number),
    }
}

fn write_bytes(kind: Kind, bytes: &[u8], out: &mut Vec<u8>) {
    match kind {
        Kind::Decimal(scale) => match <[u8; 16]>::try_from(bytes) {
            Ok(bytes) => write_decimal(i128::from_be_bytes(bytes), scale, out),
            Err(_) => {
                let (is_negative, digits) = whole(bytes);
                write_digits(is_negative, &digits, scale, out);
            }
        },
        Kind::Half => match bytes {
            [low, high] => say(out, half(u16::from_le_bytes([*low, *high]))),
            _ => out.extend_from_slice(bytes),
        },
        Kind::Uuid => {
            for (at, byte) in bytes.iter().enumerate() {
                let dash = if matches!(at, 4 | 6 | 8 | 10) { "-" } else { "" };
                let _ = write!(out, "{dash}{byte:02x}");
            }
        }
        _ => out.extend_from_slice(bytes),
    }
}

/// Whether a whole number of any length is negative, and its digits. The highest byte is first, in two's complement.
fn whole(bytes: &[u8]) -> (bool, String) {
    let is_negative = bytes.first().is_some_and(|byte| byte & 0x80 != 0);
    let mut size = bytes.to_vec();
    if is_negative {
        let mut carries = true;
        for byte in size.iter_mut().rev() {
            let (opposite, more) = (!*byte).overflowing_add(u8::from(carries));
            (*byte, carries) = (opposite, more);
        }
    }
    let mut digits = Vec::new();
    while size.iter().any(|byte| *byte != 0) {
        let mut left = 0_u16;
        for byte in &mut size {
            let all = left << 8 | u16::from(*byte);
            (*byte, left) = ((all / 10) as u8, all % 10);
        }
        digits.push(char::from(b'0' + left as u8));
    }
    (is_negative, digits.into_iter().rev().collect())
}

fn write_decimal(number: i128, scale: usize, out: &mut Vec<u8>) {
    write_digits(number < 0, &number.unsigned_abs().to_string(), scale, out);
}

/// `1250` of two digits after the point is `12.5`: noughts at the end are no part of a number.
fn write_digits(is_negative: bool, digits: &str, scale: usize, out: &mut Vec<u8>) {
    let digits = format!("{digits:0>0$}", scale + 1);
    let (before, after) = digits.split_at(digits.len() - scale);
    let after = after.trim_end_matches('0');
    let sign = if is_negative { "-" } else { "" };
    let point = if after.is_empty() { "" } else { "." };
    say(out, format_args!("{sign}{before}{point}{after}"));
}

/// A floating-point number of 16 bits.
fn half(bits: u16) -> f32 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f32::from(bits & 0x3ff));
    sign * match exponent {
        0 => fraction * 2_f32.powi(-24),
        0x1f if fraction == 0.0 => f32::INFINITY,
        0x1f => f32::NAN,
        _ => (1024.0 + fraction) * 2_f32.powi(exponent - 25),
    }
}

fn kind_of(column: &ColumnDescriptor) -> Kind {
    match column.logical_type_ref() {
        Some(LogicalType::Date) => return Kind::Date,
        Some(LogicalType::Timestamp(it)) => {
            return Kind::Timestamp(match it.unit {
                TimeUnit::MILLIS => 1_000,
                TimeUnit::MICROS => 1_000_000,
                TimeUnit::NANOS => 1_000_000_000,
            });
        }
        Some(LogicalType::Decimal(it)) => return decimal(column, it.scale),
        Some(LogicalType::Integer(it)) if !it.is_signed => return Kind::Unsigned,
        Some(LogicalType::Time(_)) => return Kind::Odd(TIME_OF_DAY),
        Some(LogicalType::Bson) => return Kind::Odd("BSON"),
        Some(LogicalType::Float16) => return Kind::Half,
        Some(LogicalType::Uuid) => return Kind::Uuid,
        _ => {}
    }
    match column.converted_type() {
        ConvertedType::DATE => Kind::Date,
        ConvertedType::TIMESTAMP_MILLIS => Kind::Timestamp(1_000),
        ConvertedType::TIMESTAMP_MICROS => Kind::Timestamp(1_000_000),
        ConvertedType::DECIMAL => decimal(column, column.type_scale()),
        ConvertedType::UINT_8 | ConvertedType::UINT_16 | ConvertedType::UINT_32 | ConvertedType::UINT_64 => {
            Kind::Unsigned
        }
        ConvertedType::TIME_MILLIS | ConvertedType::TIME_MICROS => Kind::Odd(TIME_OF_DAY),
        ConvertedType::INTERVAL => Kind::Odd("an interval of months, days and milliseconds"),
        ConvertedType::BSON => Kind::Odd("BSON"),
        _ => Kind::Plain,
    }
}

const TIME_OF_DAY: &str = "a time of day without a day";

fn decimal(column: &ColumnDescriptor, scale: i32) -> Kind {
    match column.physical_type() {
        Type::INT32 | Type::INT64 | Type::BYTE_ARRAY | Type::FIXED_LEN_BYTE_ARRAY if (0..=76).contains(&scale) => {
            Kind::Decimal(scale as usize)
        }
        _ => Kind::Odd("a decimal in a form of its own"),
    }
}

fn unreadable_compression(compression: Compression) -> Option<String> {
    match compression {
        Compression::UNCOMPRESSED | Compression::SNAPPY | Compression::ZSTD(_) => None,
        other => Some(format!("{other:?}").split('(').next().unwrap_or_default().to_owned()),
    }
}

fn said(error: &ParquetError) -> String {
    let text = error.to_string();
    text.strip_prefix("Parquet error: ").unwrap_or(&text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::{half, whole, write_digits};

    #[test]
    fn decimals_of_any_length_are_written_out() {
        let written = |bytes: &[u8], scale: usize| {
            let (is_negative, digits) = whole(bytes);
            let mut out = Vec::new();
            write_digits(is_negative, &digits, scale, &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(written(&[0x04, 0xe2], 2), "12.5");
        assert_eq!(written(&[0xfb, 0x1e], 2), "-12.5");
        assert_eq!(written(&[0xff], 3), "-0.001");
        assert_eq!(written(&[0], 2), "0");
        assert_eq!(written(&[0x80, 0], 0), "-32768");
        assert_eq!(
            written(&[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 0),
            "340282366920938463463374607431768211456"
        );
    }

    #[test]
    fn halves_are_read() {
        for (bits, number) in [(0x3c00, 1.0), (0xc100, -2.5), (0x0001, 2_f32.powi(-24)), (0x7bff, 65504.0), (0, 0.0)] {
            assert_eq!(half(bits), number);
        }
        assert!(half(0x7c00).is_infinite() && half(0x7e00).is_nan());
    }
}
