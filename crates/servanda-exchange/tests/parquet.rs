//! A feed in Parquet gives what the same feed in CSV gives, and a damaged one is refused.

#![cfg(feature = "parquet")]
#![allow(clippy::disallowed_methods)]

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, FixedLenByteArray, FixedLenByteArrayType, Int32Type, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::parser::parse_message_type;
use servanda::archive::Entry;
use servanda::load::{DefaultLaw, model_of};
use servanda_exchange::{Order, RunError, RunOptions, run};
use servanda_model::Model;

const RULES: &str = "```servanda
kind agent
action {a: agent} borrow/borrows/borrowed {n: number}
action {a: agent} repay/repays/repaid {n: number}
fluent debt of {a: agent}: number
rule Borrowed
  for      a: agent; n: number
  when     a borrows n
  then     debt of a increases by n
rule Repaid
  for      a: agent; n: number
  when     a repays n
  then     debt of a decreases by n
```
";

const SCHEMA: &str = "message feed {
  required int32 time (DATE);
  required binary action (STRING);
  optional binary who (STRING);
  required int64 amount (DECIMAL(18,2));
}";

fn model() -> Model {
    let entry = Entry { path: "rules.md".to_owned(), text: Ok(RULES.to_owned()) };
    let model = model_of(&[entry], DefaultLaw::None);
    assert!(model.diagnostics.is_empty(), "{:?}", model.diagnostics);
    model
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("parquet").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder for the test");
    folder
}

/// Day, action, agent, hundredths.
fn rows() -> Vec<(i32, &'static str, String, i64)> {
    let action = |n: i32| if n % 3 == 0 { "repays" } else { "borrow" };
    (0..10_000).map(|n| (n / 7 - 400, action(n), format!("agent {}", n % 11), i64::from(n % 97) * 25)).collect()
}

fn write_parquet(path: &Path, compression: Compression, without_name: Option<usize>) {
    let schema = Arc::new(parse_message_type(SCHEMA).expect("a schema"));
    let properties = Arc::new(WriterProperties::builder().set_compression(compression).build());
    let mut file = SerializedFileWriter::new(File::create(path).expect("created"), schema, properties).expect("begun");
    for group in rows().chunks(6_000) {
        let mut out = file.next_row_group().expect("a group");
        let mut column = out.next_column().expect("written").expect("time");
        let days: Vec<i32> = group.iter().map(|row| row.0).collect();
        column.typed::<Int32Type>().write_batch(&days, None, None).expect("written");
        column.close().expect("closed");
        let mut column = out.next_column().expect("written").expect("action");
        let actions: Vec<ByteArray> = group.iter().map(|row| ByteArray::from(row.1)).collect();
        column.typed::<ByteArrayType>().write_batch(&actions, None, None).expect("written");
        column.close().expect("closed");
        let mut column = out.next_column().expect("written").expect("who");
        let levels: Vec<i16> = (0..group.len()).map(|at| i16::from(without_name != Some(at))).collect();
        let present = group.iter().zip(&levels).filter(|(_, level)| **level > 0);
        let names: Vec<ByteArray> = present.map(|(row, _)| ByteArray::from(row.2.as_str())).collect();
        column.typed::<ByteArrayType>().write_batch(&names, Some(&levels), None).expect("written");
        column.close().expect("closed");
        let mut column = out.next_column().expect("written").expect("amount");
        let amounts: Vec<i64> = group.iter().map(|row| row.3).collect();
        column.typed::<Int64Type>().write_batch(&amounts, None, None).expect("written");
        column.close().expect("closed");
        out.close().expect("closed");
    }
    file.close().expect("closed");
}

fn options(feed: PathBuf, out: PathBuf) -> RunOptions {
    RunOptions {
        feeds: vec![feed],
        out,
        until: None,
        order: Order::Sorted,
        late: 0,
        skip_bad_rows: false,
        threads: 1,
        checkpoints: None,
    }
}

#[test]
fn parquet_and_csv_give_the_same() {
    let folder = folder("same");
    let model = model();
    let csv: String = rows()
        .iter()
        .map(|(day, action, who, n)| {
            format!("{},{action},{who},{}.{:02}\n", servanda_calendar::Day(i64::from(*day)), n / 100, n % 100)
        })
        .collect();
    fs::write(folder.join("feed.csv"), format!("time,action,who,amount\n{csv}")).expect("written");
    let summary = run(&model, &options(folder.join("feed.csv"), folder.join("a.csv")), &mut |_| {}).expect("runs");
    assert_eq!(summary.events, 10_000);
    let expected = fs::read_to_string(folder.join("a.csv")).expect("written");
    assert!(
        expected.lines().any(|line| line.starts_with("debt_of,agent 1,") && line.contains("1969-")),
        "{expected:.400}"
    );
    let zstd = Compression::ZSTD(ZstdLevel::default());
    for (at, compression) in [Compression::UNCOMPRESSED, Compression::SNAPPY, zstd].into_iter().enumerate() {
        let feed = folder.join(format!("{at}.parquet"));
        write_parquet(&feed, compression, None);
        run(&model, &options(feed, folder.join("b.csv")), &mut |_| {}).expect("runs");
        assert!(fs::read_to_string(folder.join("b.csv")).expect("written") == expected, "{compression:?}");
    }
}

#[test]
fn an_empty_cell_is_named_by_its_row() {
    let folder = folder("empty");
    let feed = folder.join("feed.parquet");
    write_parquet(&feed, Compression::SNAPPY, Some(2));
    let Err(RunError::Rows { troubles, .. }) = run(&model(), &options(feed, folder.join("out.csv")), &mut |_| {})
    else {
        panic!("a name is missing");
    };
    assert_eq!((troubles[0].row, troubles[0].column.as_deref()), (3, Some("who")));
    assert_eq!(troubles[0].code, "missing-value");
}

#[test]
fn a_damaged_file_is_refused_wherever_it_ends_or_is_wrong() {
    let folder = folder("damaged");
    let whole = folder.join("whole.parquet");
    write_parquet(&whole, Compression::SNAPPY, None);
    let bytes = fs::read(&whole).expect("readable");
    let model = model();
    let damaged = folder.join("damaged.parquet");
    for length in (0..bytes.len()).step_by(bytes.len() / 23) {
        fs::write(&damaged, &bytes[..length]).expect("written");
        let outcome = run(&model, &options(damaged.clone(), folder.join("out.csv")), &mut |_| {});
        assert!(matches!(outcome, Err(RunError::Read { .. })), "{length} bytes: {outcome:?}");
    }
    // Whatever is read of a file with wrong bytes in it, nothing panics and nothing half written is left.
    for at in (4..bytes.len()).step_by(bytes.len() / 61) {
        let mut wrong = bytes.clone();
        wrong[at] ^= 0x55;
        fs::write(&damaged, wrong).expect("written");
        let _ = run(&model, &options(damaged.clone(), folder.join("out.csv")), &mut |_| {});
    }
    let left = fs::read_dir(&folder).expect("listed").map(|it| it.expect("listed").file_name());
    assert!(left.into_iter().all(|name| !name.to_string_lossy().contains("partial")));
}

/// A file of one row group: days, the action `borrow`, names, and amounts written by `amounts`.
fn write_amounts(path: &Path, amount: &str, amounts: impl FnOnce(&mut SerializedColumnWriter<'_>)) {
    let schema = format!(
        "message feed {{ required int32 time (DATE); required binary action (STRING); required binary who (STRING); {amount}; }}"
    );
    let schema = Arc::new(parse_message_type(&schema).expect("a schema"));
    let properties = Arc::new(WriterProperties::builder().build());
    let mut file = SerializedFileWriter::new(File::create(path).expect("created"), schema, properties).expect("begun");
    let mut out = file.next_row_group().expect("a group");
    let mut column = out.next_column().expect("written").expect("time");
    column.typed::<Int32Type>().write_batch(&[0, 1], None, None).expect("written");
    column.close().expect("closed");
    for texts in [["borrow", "borrow"], ["ann", "bob"]] {
        let mut column = out.next_column().expect("written").expect("a text");
        let texts: Vec<ByteArray> = texts.into_iter().map(ByteArray::from).collect();
        column.typed::<ByteArrayType>().write_batch(&texts, None, None).expect("written");
        column.close().expect("closed");
    }
    let mut column = out.next_column().expect("written").expect("amount");
    amounts(&mut column);
    column.close().expect("closed");
    out.close().expect("closed");
    file.close().expect("closed");
}

#[test]
fn numbers_of_every_sort_are_what_they_were_written_as() {
    let folder = folder("sorts");
    let feed = folder.join("feed.parquet");
    let debts = || {
        run(&model(), &options(feed.clone(), folder.join("out.csv")), &mut |_| {}).expect("runs");
        let text = fs::read_to_string(folder.join("out.csv")).expect("written");
        text.lines().skip(1).map(|line| line.split(',').nth(2).expect("a value").to_owned()).collect::<Vec<_>>()
    };
    write_amounts(&feed, "required int32 amount (INTEGER(32,false))", |column| {
        column.typed::<Int32Type>().write_batch(&[-1, i32::MIN], None, None).expect("written");
    });
    assert_eq!(debts(), ["4294967295", "2147483648"]);
    write_amounts(&feed, "required fixed_len_byte_array(5) amount (DECIMAL(10,2))", |column| {
        let amounts = [[0xff, 0xff, 0xff, 0xfb, 0x1e], [0, 0, 0, 0x04, 0xe2]];
        let amounts = amounts.map(|bytes| FixedLenByteArray::from(bytes.to_vec()));
        column.typed::<FixedLenByteArrayType>().write_batch(&amounts, None, None).expect("written");
    });
    assert_eq!(debts(), ["-12.5", "12.5"]);
    write_amounts(&feed, "required binary amount (DECIMAL(10,1))", |column| {
        let amounts = [vec![0x7f], vec![0xff, 0x7f]].map(ByteArray::from);
        column.typed::<ByteArrayType>().write_batch(&amounts, None, None).expect("written");
    });
    assert_eq!(debts(), ["12.7", "-12.9"]);
    write_amounts(&feed, "required fixed_len_byte_array(2) amount (FLOAT16)", |column| {
        let amounts = [[0x00, 0x3e], [0x00, 0xc3]].map(|bytes| FixedLenByteArray::from(bytes.to_vec()));
        column.typed::<FixedLenByteArrayType>().write_batch(&amounts, None, None).expect("written");
    });
    assert_eq!(debts(), ["1.5", "-3.5"]);
}

#[test]
fn what_no_cell_can_say_is_refused_by_its_column() {
    let folder = folder("odd");
    let feed = folder.join("feed.parquet");
    write_amounts(&feed, "required int64 amount (TIME(MICROS,true))", |column| {
        column.typed::<Int64Type>().write_batch(&[1, 2], None, None).expect("written");
    });
    let outcome = run(&model(), &options(feed, folder.join("out.csv")), &mut |_| {});
    let Err(RunError::Rows { troubles, .. }) = outcome else { panic!("{outcome:?}") };
    assert_eq!((&*troubles[0].code, troubles[0].column.as_deref()), ("unknown-column-type", Some("amount")));
    assert!(troubles[0].message.contains("time of day"), "{}", troubles[0].message);
    assert!(!folder.join("out.csv").exists());
}
