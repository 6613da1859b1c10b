//! Parquet: columns of numbers, texts, days and timestamps, read some thousands of rows at a time and given out as rows.

use std::cell::Cell;
use std::fs::File;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::path::Path;
use std::sync::Once;

use parquet::basic::{ConvertedType, LogicalType, TimeUnit};
use parquet::column::reader::ColumnReader;
use parquet::data_type::{ByteArray, FixedLenByteArray, Int96};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;
use servanda_model::{Clock, Number};

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
    Decimal(u8),
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
        let _ = match &self.values {
            Values::Bool(values) => write!(out, "{}", values[at]),
            Values::Int32(values) => return write_integer(kind, i64::from(values[at]), out),
            Values::Int64(values) => return write_integer(kind, values[at], out),
            Values::Int96(values) => {
                return write_tick(out, values[at].to_millis().div_euclid(1000), Clock::Seconds, true);
            }
            Values::Float(values) => write!(out, "{}", values[at]),
            Values::Double(values) => write!(out, "{}", values[at]),
            Values::Bytes(values) => out.write_all(values[at].data()),
            Values::Fixed(values) => out.write_all(values[at].data()),
        };
    }
}

fn write_integer(kind: Kind, number: i64, out: &mut Vec<u8>) {
    match kind {
        Kind::Plain => crate::time::write_integer(out, number),
        Kind::Date => write_tick(out, number, Clock::Days, false),
        Kind::Timestamp(per_second) => write_tick(out, number.div_euclid(per_second), Clock::Seconds, true),
        Kind::Decimal(scale) => {
            let _ = write!(out, "{}", Number { mantissa: number, scale });
        }
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
        Some(LogicalType::Decimal(it)) => return Kind::Decimal(it.scale.clamp(0, 18) as u8),
        _ => {}
    }
    match column.converted_type() {
        ConvertedType::DATE => Kind::Date,
        ConvertedType::TIMESTAMP_MILLIS => Kind::Timestamp(1_000),
        ConvertedType::TIMESTAMP_MICROS => Kind::Timestamp(1_000_000),
        ConvertedType::DECIMAL => Kind::Decimal(column.type_scale().clamp(0, 18) as u8),
        _ => Kind::Plain,
    }
}

fn said(error: &ParquetError) -> String {
    let text = error.to_string();
    text.strip_prefix("Parquet error: ").unwrap_or(&text).to_owned()
}
