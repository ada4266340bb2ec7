// Spectral losses with their gradients, and the power law of the amplitude compression.
#pragma once

#include "parallel.h"
#include "simd.h"

namespace klarstrom {

// Up to LANES floats, zero behind them.
inline Vec load_some(const float* from, int64_t count) {
  if (count >= LANES) return load(from);
  float some[LANES] = {};
  std::memcpy(some, from, count * sizeof(float));
  return load(some);
}

inline void store_some(float* to, Vec v, int64_t count) {
  if (count >= LANES) return store(to, v);
  std::memcpy(to, &v, count * sizeof(float));
}

// Real and imaginary parts stand in turn: the other part of each number.
inline Vec other_part(Vec v) {
#if defined(__AVX512F__)
  return (Vec)_mm512_permute_ps((__m512)v, 0xb1);
#else
  return (Vec)_mm256_permute_ps((__m256)v, 0xb1);
#endif
}

// x̂, x [B, 2, T, F]. With |.| = sqrt(re² + im² + 1e-8), the mean over frames and bins of
//   magnitude (|x̂| - |x|)² + complex |x̂ - x|² + lost max(0, |x| - |x̂|)²
// for each example, [B], and its gradient with respect to x̂, [B, 2, T, F].
inline void spectral_error(int64_t batch, int64_t count, const float* x_hat, const float* x, float magnitude, float whole,
                           float lost, float* value, float* gradient, int threads) {
  parallel(batch, threads, [&](int64_t b) {
    const float *p = x_hat + b * 2 * count, *q = x + b * 2 * count;
    float* g = gradient + b * 2 * count;
    double total = 0;
    for (int64_t k = 0; k < count; k += LANES) {
      const int64_t left = count - k;
      Vec re = load_some(p + k, left), im = load_some(p + count + k, left), xr = load_some(q + k, left),
          xi = load_some(q + count + k, left);
      Vec of_hat = square_root(re * re + im * im + 1e-8f), of_x = square_root(xr * xr + xi * xi + 1e-8f);
      Vec error = of_hat - of_x, missing = relu(of_x - of_hat), er = re - xr, ei = im - xi;
      total += sum(magnitude * error * error + whole * (er * er + ei * ei) + lost * missing * missing);
      Vec radial = (magnitude * error - lost * missing) / of_hat;
      store_some(g + k, 2.0f / count * (radial * re + whole * er), left);
      store_some(g + count + k, 2.0f / count * (radial * im + whole * ei), left);
    }
    value[b] = static_cast<float>(total / count);
  });
}

// Spectra as pairs of floats [2 B, count / 2, 2], estimates before targets. With E = |scale S|² + 1e-6, the mean over them
// of
//   0.7 (Ê^(a/2) - E^(a/2))² + 0.3 |Ŝ Ê^((a-1)/2) - S E^((a-1)/2)|²
// for each example, [B], and its gradient with respect to the unscaled estimates, [B, N, 2].
inline void power_law_error(int64_t batch, int64_t count, const float* spectra, float scale, float exponent, float* value,
                            float* gradient, int threads) {
  parallel(batch, threads, [&](int64_t b) {
    const float *p = spectra + b * count, *q = spectra + (batch + b) * count;
    float* g = gradient + b * count;
    double total = 0;
    for (int64_t k = 0; k < count; k += LANES) {
      const int64_t left = count - k;
      Vec s_hat = scale * load_some(p + k, left), s = scale * load_some(q + k, left);
      Vec square_hat = s_hat * s_hat, square = s * s;
      Vec e_hat = square_hat + other_part(square_hat) + 1e-6f, e = square + other_part(square) + 1e-6f;
      Vec m_hat = power_of_two(0.5f * exponent * log_of_two(e_hat)), m = power_of_two(0.5f * exponent * log_of_two(e));
      Vec f_hat = m_hat / square_root(e_hat), f = m / square_root(e);  // E^((a-1)/2)
      Vec error = m_hat - m, d = f_hat * s_hat - f * s;                // d: both parts in turn
      Vec along = d * s_hat;
      along += other_part(along);
      total += sum(0.35f * error * error + 0.3f * d * d);  // each error stands twice
      Vec radial = (0.7f * exponent * error * m_hat + 0.3f * (exponent - 1.0f) * f_hat * along) / e_hat;
      store_some(g + k, 4.0f * scale / count * (radial * s_hat + 0.3f * f_hat * d), left);
    }
    value[b] = static_cast<float>(2 * total / count);
  });
}

// c e^p with e = max(|c|², 1e-12), c [B, 2, T, F]; with g = dL/d(c e^p), the gradient with respect to c instead.
inline void power_scale(int64_t batch, int64_t count, const float* c, const float* slopes, float p, float* out,
                        int threads) {
  parallel(batch, threads, [&](int64_t b) {
    const float* from = c + b * 2 * count;
    const float* slope = slopes ? slopes + b * 2 * count : nullptr;
    float* to = out + b * 2 * count;
    const Vec tiny = splat(1e-12f);
    for (int64_t k = 0; k < count; k += LANES) {
      const int64_t left = count - k;
      Vec re = load_some(from + k, left), im = load_some(from + count + k, left);
      Vec energy = re * re + im * im, e = maximum(energy, tiny), factor = power_of_two(p * log_of_two(e));
      if (slope) {
        Vec gr = load_some(slope + k, left), gi = load_some(slope + count + k, left);
        Vec along = where_above(energy, tiny, 2.0f * p * factor / e * (gr * re + gi * im));
        re = along * re + factor * gr;
        im = along * im + factor * gi;
      } else {
        re *= factor;
        im *= factor;
      }
      store_some(to + k, re, left);
      store_some(to + count + k, im, left);
    }
  });
}

}  // namespace klarstrom
