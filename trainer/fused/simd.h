// Vectors of 32-bit floats: 16 lanes with AVX-512, 8 with AVX2 and FMA. The rest of the code is written once, over these.
#pragma once

#include <immintrin.h>

#include <cstdint>
#include <cstring>

namespace klarstrom {

#if defined(__AVX512F__)
constexpr int LANES = 16;
typedef float Vec __attribute__((vector_size(64)));
typedef int32_t IntVec __attribute__((vector_size(64)));
#else
constexpr int LANES = 8;
typedef float Vec __attribute__((vector_size(32)));
typedef int32_t IntVec __attribute__((vector_size(32)));
#endif

inline Vec splat(float value) { return Vec{} + value; }

inline Vec load(const float* from) {
  Vec v;
  std::memcpy(&v, from, sizeof v);
  return v;
}

inline void store(float* to, Vec v) { std::memcpy(to, &v, sizeof v); }

#if defined(__AVX512F__)
inline Vec maximum(Vec a, Vec b) { return (Vec)_mm512_max_ps((__m512)a, (__m512)b); }
inline Vec minimum(Vec a, Vec b) { return (Vec)_mm512_min_ps((__m512)a, (__m512)b); }
inline Vec square_root(Vec a) { return (Vec)_mm512_sqrt_ps((__m512)a); }
inline Vec rough_reciprocal(Vec a) { return (Vec)_mm512_rcp14_ps((__m512)a); }
inline IntVec nearest(Vec a) { return (IntVec)_mm512_cvtps_epi32((__m512)a); }
inline float sum(Vec a) { return _mm512_reduce_add_ps((__m512)a); }
// v where condition > bound, else 0
inline Vec where_above(Vec condition, Vec bound, Vec v) {
  return (Vec)_mm512_maskz_mov_ps(_mm512_cmp_ps_mask((__m512)condition, (__m512)bound, _CMP_GT_OQ), (__m512)v);
}
#else
inline Vec maximum(Vec a, Vec b) { return (Vec)_mm256_max_ps((__m256)a, (__m256)b); }
inline Vec minimum(Vec a, Vec b) { return (Vec)_mm256_min_ps((__m256)a, (__m256)b); }
inline Vec square_root(Vec a) { return (Vec)_mm256_sqrt_ps((__m256)a); }
inline Vec rough_reciprocal(Vec a) { return (Vec)_mm256_rcp_ps((__m256)a); }
inline IntVec nearest(Vec a) { return (IntVec)_mm256_cvtps_epi32((__m256)a); }
inline float sum(Vec a) {
  float total = 0;
  for (int i = 0; i < LANES; i++) total += a[i];
  return total;
}
inline Vec where_above(Vec condition, Vec bound, Vec v) {
  return (Vec)_mm256_and_ps(_mm256_cmp_ps((__m256)condition, (__m256)bound, _CMP_GT_OQ), (__m256)v);
}
#endif

inline Vec relu(Vec a) { return maximum(a, Vec{}); }

// 1/a: the processor's estimate of 12 to 14 bits and one step of Newton's method.
inline Vec reciprocal(Vec a) {
  Vec r = rough_reciprocal(a);
  return r * (2.0f - a * r);
}

// 2^a for |a| <= 125 (clamped): 2^round(a) times the Taylor series of 2^f, |f| <= 1/2, relative error below 1e-7.
inline Vec power_of_two(Vec a) {
  a = maximum(minimum(a, splat(125.0f)), splat(-125.0f));
  IntVec whole = nearest(a);
  Vec f = a - __builtin_convertvector(whole, Vec);
  Vec p = splat(1.5252734e-5f);  // ln(2)^7 / 7!
  p = p * f + 1.5403530e-4f;     // ln(2)^6 / 6!
  p = p * f + 1.3333558e-3f;     // ...
  p = p * f + 9.6181291e-3f;
  p = p * f + 5.5504109e-2f;
  p = p * f + 2.4022651e-1f;
  p = p * f + 6.9314718e-1f;
  p = p * f + 1.0f;
  return (Vec)((IntVec)p + (whole << 23));
}

// log2(a) for normal a > 0: exponent plus 2/ln(2) artanh((m - 1)/(m + 1)), m in [sqrt(1/2), sqrt(2)).
inline Vec log_of_two(Vec a) {
  IntVec bits = (IntVec)a;
  IntVec exponent = (bits - 0x3f3504f3) >> 23;  // 0x3f3504f3 is sqrt(1/2)
  Vec m = (Vec)(bits - (exponent << 23));
  Vec s = (m - 1.0f) * reciprocal(m + 1.0f);
  Vec q = s * s;
  Vec p = splat(1.0f / 9);
  p = p * q + 1.0f / 7;
  p = p * q + 1.0f / 5;
  p = p * q + 1.0f / 3;
  p = p * q + 1.0f;
  return __builtin_convertvector(exponent, Vec) + 2.8853900818f * s * p;
}

inline Vec sigmoid(Vec a) { return reciprocal(1.0f + power_of_two(a * -1.4426950409f)); }
inline Vec hyperbolic_tangent(Vec a) { return 2.0f * sigmoid(a + a) - 1.0f; }

// bfloat16, as products take it and activations are kept in it; sums, states and the residual stream stay float.
struct Bf16 {
  uint16_t bits;
};

inline Bf16 to_bf16(float value) {  // to the nearest, ties to even
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return Bf16{static_cast<uint16_t>((bits + 0x7fff + ((bits >> 16) & 1)) >> 16)};
}

#if defined(__AVX512BF16__)
inline Vec load(const Bf16* from) {
  __m256i half = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
  return (Vec)_mm512_slli_epi32(_mm512_cvtepu16_epi32(half), 16);
}

inline void store(Bf16* to, Vec v) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), (__m256i)_mm512_cvtneps_pbh((__m512)v));
}
#endif

}  // namespace klarstrom
