//! One hash for keys of eight-byte values: multiply and fold, as in wyhash. Not safe against chosen keys, and meant so.

use servanda_model::Value;

const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
const MULTIPLIER: u64 = 0xd6e8_feb8_6659_fd93;

#[inline]
pub(crate) fn begin() -> u64 {
    SEED
}

#[inline]
pub(crate) fn mix(hash: u64, value: Value) -> u64 {
    mix_bits(hash, value.bits())
}

#[inline]
pub(crate) fn mix_bits(hash: u64, bits: u64) -> u64 {
    let product = u128::from(hash ^ bits) * u128::from(MULTIPLIER);
    (product as u64) ^ ((product >> 64) as u64)
}

#[inline]
pub(crate) fn hash_all(values: &[Value]) -> u64 {
    if let [a, b] = *values {
        return mix(mix(begin(), a), b);
    }
    values.iter().fold(begin(), |hash, &value| mix(hash, value))
}
