/** float32 numbers as the bits of float16, rounded to nearest even. */
export const halfBits = (values: Float32Array): Uint16Array => new Uint16Array(Float16Array.from(values).buffer);
