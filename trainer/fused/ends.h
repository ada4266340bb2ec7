// What stands around the blocks: the encoder from spectra to bands, and the decoder from bands to masks and the estimate.
// Spectra are [B, 2, T, bins] as everywhere in the trainer; the last bin (Nyquist) is left out and returned as zero.
#pragma once

#include "parallel.h"
#include "product.h"

namespace klarstrom {

constexpr int FEATURES = 8;  // y, y of the frame before, |y|, x_t; the last place is empty

struct EndShape {
  int64_t batch, frames;
  int bins, stride, bands, channels;
  int used() const { return bins - 1; }
  int fine() const { return used() / stride; }
  int pad() const { return stride / 2; }
  int depth() const { return 2 * stride * FEATURES; }     // of the first convolution
  int heads() const { return 8 * stride; }                // outputs of the last
  int size() const { return fine() * channels; }          // of a frame of fine bands
  int padded() const { return (fine() + 2) * channels; }  // with an empty band at both ends
  int coarse() const { return bands * channels; }         // of a frame of the blocks
};

// A spectrum of one example: parts of one frame lie `plane` apart.
struct Spectra {
  const float* data;
  size_t plane;
  int bins;
  Spectra(const float* all, const EndShape& s, int64_t b)
      : data(all + b * 2 * s.frames * s.bins), plane(s.frames * s.bins), bins(s.bins) {}
  const float* real(int64_t t) const { return data + t * bins; }
  const float* imaginary(int64_t t) const { return data + plane + t * bins; }
};

// Features of a frame, [bins + 2 pad, FEATURES], zero in the padding.
inline void features(const EndShape& s, const Spectra& y, const Spectra& x_t, int64_t t, float* to) {
  std::fill(to, to + (s.used() + 2 * s.pad()) * FEATURES, 0.0f);
  const float *re = y.real(t), *im = y.imaginary(t), *xr = x_t.real(t), *xi = x_t.imaginary(t);
  for (int f = 0; f < s.used(); f++) {
    float* at = to + (f + s.pad()) * FEATURES;
    at[0] = re[f];
    at[1] = im[f];
    if (t > 0) {
      at[2] = re[f - s.bins];
      at[3] = im[f - s.bins];
    }
    at[4] = std::sqrt(re[f] * re[f] + im[f] * im[f] + 1e-6f);
    at[5] = xr[f];
    at[6] = xi[f];
  }
}

template <class S>
inline const S* converted(int count, const float* from, S* to) {
  if constexpr (sizeof(S) == 4) return from;
  for (int n = 0; n < count; n += LANES) store(to + n, load(from + n));
  return to;
}

// The first convolution over [noisy | state] features as one right-hand matrix [2 stride FEATURES, C].
template <class S>
Panels<S> first_panels(const EndShape& s, const float* noisy, const float* state) {
  const int kernel = 2 * s.stride;
  return pack<S>(s.depth(), s.channels, [=](int k, int n) {
    int tap = k / FEATURES, f = k % FEATURES;
    return f < 5 ? noisy[(n * 5 + f) * kernel + tap] : f < 7 ? state[(n * 2 + f - 5) * kernel + tap] : 0.0f;
  });
}

// A convolution of three taps over bands, weights [out, in, 1, 3], as right-hand matrix [3 in, out]; or its transpose.
template <class S>
Panels<S> three_taps(const float* weight, int in, int out, bool backward) {
  if (backward) return pack<S>(3 * out, in, [=](int k, int n) { return weight[((k % out) * in + n) * 3 + 2 - k / out]; });
  return pack<S>(3 * in, out, [=](int k, int n) { return weight[(n * in + k % in) * 3 + k / in]; });
}

// Gradient [out, 3 in] of `three_taps` -> [out, in, 1, 3]
inline void to_taps(const float* from, int in, int out, float* to) {
  for (int n = 0; n < out; n++)
    for (int tap = 0; tap < 3; tap++)
      for (int c = 0; c < in; c++) to[(n * in + c) * 3 + tap] += from[n * 3 * in + tap * in + c];
}

// e₁ = relu(a (1 + scale) + shift), padded by an empty band at both ends
template <class S>
inline void modulated(const EndShape& s, const S* a, const float* scale, const float* shift, S* to) {
  const int c = s.channels;
  for (int n = 0; n < c; n += LANES) {
    store(to + n, Vec{});
    store(to + (s.fine() + 1) * c + n, Vec{});
  }
  for (int f = 0; f < s.fine(); f++)
    for (int n = 0; n < c; n += LANES)
      store(to + (f + 1) * c + n, relu(load(a + f * c + n) * (1.0f + load(scale + n)) + load(shift + n)));
}

// w: conv_noisy w, b; conv_state w; encoder w, b; gather; position. scale, shift [B, C]. Fills u [B, T, bands, C],
// e [B, T, fine C] and, where it is not null, a [B, T, fine C] for the backward pass.
template <class S>
void encode(const EndShape& s, const float* const* w, const float* y, const float* x_t, const float* scale,
            const float* shift, float* u, S* e, S* a, int threads) {
  const int c = s.channels, count = (s.used() + 2 * s.pad()) * FEATURES;
  const Panels<S> first = first_panels<S>(s, w[0], w[2]), second = three_taps<S>(w[3], c, c, false);
  parallel(s.batch, threads, [&](int64_t b) {
    std::vector<float> wide(count), sums(s.size());
    std::vector<S> taken(count), e1(s.padded()), scratch(s.size());
    const Spectra noisy(y, s, b), state(x_t, s, b);
    const float *sc = scale + b * c, *sh = shift + b * c;
    for (int64_t t = 0; t < s.frames; t++) {
      const size_t frame = b * s.frames + t;
      features(s, noisy, state, t, wide.data());
      multiply(s.fine(), converted(count, wide.data(), taken.data()), s.stride * FEATURES, first, sums.data(), c, w[1]);
      S* kept = a ? a + frame * s.size() : scratch.data();
      for (int n = 0; n < s.size(); n += LANES) store(kept + n, load(&sums[n]));
      modulated(s, kept, sc, sh, e1.data());
      multiply(s.fine(), e1.data(), c, second, sums.data(), c, w[4]);
      for (int n = 0; n < s.size(); n += LANES) store(&sums[n], load(&e1[c + n]) + relu(load(&sums[n])));
      for (int n = 0; n < s.size(); n += LANES) store(e + frame * s.size() + n, load(&sums[n]));
      float* bands = u + frame * s.coarse();
      std::copy(w[6], w[6] + s.coarse(), bands);
      mix_rows(s.bands, w[5], sums.data(), c, s.fine(), c, bands, c, true);
    }
  });
}

// du [B, T, bands, C], de [B, T, fine C]. Fills d_scale, d_shift [B, C] and d [B, places[7]]: the weights' gradients.
template <class S>
void encode_backward(const EndShape& s, const float* const* w, const float* du, const float* de, const float* y,
                     const float* x_t, const float* scale, const float* shift, const S* e, const S* a, float* d_scale,
                     float* d_shift, float* d, const int64_t* places, int threads) {
  const int c = s.channels, count = (s.used() + 2 * s.pad()) * FEATURES, fine = s.fine(), kernel = 2 * s.stride;
  const Panels<S> back = three_taps<S>(w[3], c, c, true);
  std::vector<float> spread(fine * s.bands);  // gather transposed
  for (int g = 0; g < s.bands; g++)
    for (int f = 0; f < fine; f++) spread[f * s.bands + g] = w[5][g * fine + f];
  parallel(s.batch, threads, [&](int64_t b) {
    std::vector<float> wide(count), d_fine(s.size()), d_sums(s.padded()), d_first(c * s.depth()), d_second(c * 3 * c);
    std::vector<float> gathered(s.size()), lanes(static_cast<size_t>(s.bands) * fine * LANES);
    std::vector<S> taken(count), e1(s.padded()), narrow(s.padded()), left(s.size()),
        right(fine * std::max(3 * c, s.depth()));
    const Spectra noisy(y, s, b), state(x_t, s, b);
    const float *sc = scale + b * c, *sh = shift + b * c;
    float *dsc = d_scale + b * c, *dsh = d_shift + b * c, *to = d + b * places[7];
    float *d_position = to + places[6], *d_encoder_bias = to + places[4], *d_first_bias = to + places[1];
    for (int64_t t = 0; t < s.frames; t++) {
      const size_t frame = b * s.frames + t;
      const float* g = du + frame * s.coarse();
      const S *kept_e = e + frame * s.size(), *kept_a = a + frame * s.size();
      modulated(s, kept_a, sc, sh, e1.data());
      // gather and position
      for (int n = 0; n < s.coarse(); n += LANES) store(d_position + n, load(d_position + n) + load(g + n));
      for (int n = 0; n < s.size(); n += LANES) store(&gathered[n], load(kept_e + n));
      open_products(1, s.bands, g, 0, c, fine, gathered.data(), 0, c, c, lanes.data());
      std::copy_n(de + frame * s.size(), s.size(), d_fine.data());
      mix_rows(fine, spread.data(), g, c, s.bands, c, d_fine.data(), c, true);
      // the second convolution: e - e₁ is above 0 where its relu let it pass
      for (int n = 0; n < s.size(); n += LANES)
        store(&d_sums[c + n], where_above(load(kept_e + n), load(&e1[c + n]), load(&d_fine[n])));
      multiply(fine, converted(s.padded(), d_sums.data(), narrow.data()), c, back, d_fine.data(), c, nullptr, true);
      outer_product(fine, in_terms(fine, c, &d_sums[c], c, left.data()), c,
                    in_terms(fine, 3 * c, e1.data(), c, right.data()), 3 * c, d_second.data());
      add_rows(fine, c, &d_sums[c], d_encoder_bias);
      // FiLM and the first convolution
      for (int f = 0; f < fine; f++)
        for (int n = 0; n < c; n += LANES) {
          Vec v = where_above(load(&e1[(f + 1) * c + n]), Vec{}, load(&d_fine[f * c + n]));
          store(dsc + n, load(dsc + n) + v * load(kept_a + f * c + n));
          store(dsh + n, load(dsh + n) + v);
          store(&d_fine[f * c + n], v * (1.0f + load(sc + n)));
        }
      features(s, noisy, state, t, wide.data());
      const S* in = converted(count, wide.data(), taken.data());
      outer_product(fine, in_terms(fine, c, d_fine.data(), c, left.data()), c,
                    in_terms(fine, s.depth(), in, s.stride * FEATURES, right.data()), s.depth(), d_first.data());
      add_rows(fine, c, d_fine.data(), d_first_bias);
    }
    close_lanes(s.bands * fine, lanes.data(), to + places[5]);
    to_taps(d_second.data(), c, c, to + places[3]);
    for (int n = 0; n < c; n++)
      for (int tap = 0; tap < kernel; tap++)
        for (int f = 0; f < 7; f++) {
          float* place = f < 5 ? to + places[0] + (n * 5 + f) * kernel : to + places[2] + (n * 2 + f - 5) * kernel;
          place[tap] = d_first[n * s.depth() + tap * FEATURES + f];
        }
  });
}

// The last convolution's outputs [fine, 8, stride] as eight rows over the bins, [8, bins]; or back.
inline void by_bin(const EndShape& s, const float* from, float* to) {
  for (int f = 0; f < s.fine(); f++)
    for (int m = 0; m < 8; m++) std::copy_n(from + (f * 8 + m) * s.stride, s.stride, to + m * s.used() + f * s.stride);
}

inline void by_band(const EndShape& s, const float* from, float* to) {
  for (int f = 0; f < s.fine(); f++)
    for (int m = 0; m < 8; m++) std::copy_n(from + m * s.used() + f * s.stride, s.stride, to + (f * 8 + m) * s.stride);
}

// w: scatter; decoder w, b; head w, b. Fills out [B, 2, T, bins], zero before, and, where they are not null, the padded
// inputs of both convolutions for the backward pass, d0 and d1 [B, T, (fine + 2) C].
template <class S>
void decode(const EndShape& s, const float* const* w, const float* u, const S* e, const float* y, const float* x_t,
            float* out, S* d0, S* d1, int threads) {
  const int c = s.channels;
  const Panels<S> first = three_taps<S>(w[1], c, c, false), second = three_taps<S>(w[3], c, s.heads(), false);
  parallel(s.batch, threads, [&](int64_t b) {
    std::vector<float> sums(s.size()), head(s.fine() * s.heads()), masks(8 * s.used()), silence(s.used());
    std::vector<S> scratch0(s.padded()), scratch1(s.padded());
    const Spectra noisy(y, s, b), state(x_t, s, b);
    float* estimate = out + b * 2 * noisy.plane;
    for (int64_t t = 0; t < s.frames; t++) {
      const size_t frame = b * s.frames + t;
      S *in = d0 ? d0 + frame * s.padded() : scratch0.data(), *hidden = d1 ? d1 + frame * s.padded() : scratch1.data();
      for (S* padded : {in, hidden})
        for (int n = 0; n < c; n += LANES) {
          store(padded + n, Vec{});
          store(padded + (s.fine() + 1) * c + n, Vec{});
        }
      for (int n = 0; n < s.size(); n += LANES) store(&sums[n], load(e + frame * s.size() + n));
      mix_rows(s.fine(), w[0], u + frame * s.coarse(), c, s.bands, c, sums.data(), c, true);
      for (int n = 0; n < s.size(); n += LANES) store(in + c + n, load(&sums[n]));
      multiply(s.fine(), in, c, first, sums.data(), c, w[2]);
      for (int n = 0; n < s.size(); n += LANES) store(hidden + c + n, relu(load(&sums[n])));
      multiply(s.fine(), hidden, c, second, head.data(), s.heads(), w[4]);
      by_bin(s, head.data(), masks.data());
      const float *yr = noisy.real(t), *yi = noisy.imaginary(t), *xr = state.real(t), *xi = state.imaginary(t);
      const float *pr = t ? noisy.real(t - 1) : silence.data(), *pi = t ? noisy.imaginary(t - 1) : silence.data();
      auto mask = [&](int m, int f) { return load(&masks[m * s.used() + f]); };
      for (int f = 0; f < s.used(); f += LANES) {
        Vec r = load(yr + f), i = load(yi + f), re = r + mask(6, f), im = i + mask(7, f);
        auto add_product = [&](int m, Vec a, Vec b_) {
          re += mask(m, f) * a - mask(m + 1, f) * b_;
          im += mask(m, f) * b_ + mask(m + 1, f) * a;
        };
        add_product(0, r, i);
        add_product(2, load(pr + f), load(pi + f));
        add_product(4, load(xr + f), load(xi + f));
        store(estimate + t * s.bins + f, re);
        store(estimate + noisy.plane + t * s.bins + f, im);
      }
    }
  });
}

// grad [B, 2, T, bins]. Fills du [B, T, bands, C], de [B, T, fine C] and d [B, places[5]]: the weights' gradients.
template <class S>
void decode_backward(const EndShape& s, const float* const* w, const float* grad, const float* u, const float* y,
                     const float* x_t, const S* d0, const S* d1, float* du, float* de, float* d, const int64_t* places,
                     int threads) {
  const int c = s.channels, fine = s.fine(), wide = std::max(s.heads(), c);
  const Panels<S> first = three_taps<S>(w[1], c, c, true), second = three_taps<S>(w[3], c, s.heads(), true);
  std::vector<float> collect(fine * s.bands);  // scatter transposed
  for (int f = 0; f < fine; f++)
    for (int g = 0; g < s.bands; g++) collect[g * fine + f] = w[0][f * s.bands + g];
  parallel(s.batch, threads, [&](int64_t b) {
    std::vector<float> d_masks(8 * s.used()), d_head((fine + 2) * s.heads()), d_sums(s.padded()), silence(s.used());
    std::vector<float> d_first(c * 3 * c), d_second(s.heads() * 3 * c), lanes(static_cast<size_t>(fine) * s.bands * LANES);
    std::vector<S> narrow((fine + 2) * wide), left(fine * wide), right(fine * 3 * c);
    const Spectra noisy(y, s, b), state(x_t, s, b), g(grad, s, b);
    float* to = d + b * places[5];
    for (int64_t t = 0; t < s.frames; t++) {
      const size_t frame = b * s.frames + t;
      const S *in = d0 + frame * s.padded(), *hidden = d1 + frame * s.padded();
      const float *yr = noisy.real(t), *yi = noisy.imaginary(t), *xr = state.real(t), *xi = state.imaginary(t);
      const float *pr = t ? noisy.real(t - 1) : silence.data(), *pi = t ? noisy.imaginary(t - 1) : silence.data();
      for (int f = 0; f < s.used(); f += LANES) {
        Vec gr = load(g.real(t) + f), gi = load(g.imaginary(t) + f);
        auto put = [&](int m, Vec r, Vec i) {
          store(&d_masks[m * s.used() + f], gr * r + gi * i);
          store(&d_masks[(m + 1) * s.used() + f], gi * r - gr * i);
        };
        put(0, load(yr + f), load(yi + f));
        put(2, load(pr + f), load(pi + f));
        put(4, load(xr + f), load(xi + f));
        store(&d_masks[6 * s.used() + f], gr);
        store(&d_masks[7 * s.used() + f], gi);
      }
      float* d_out = &d_head[s.heads()];
      by_band(s, d_masks.data(), d_out);
      multiply(fine, converted((fine + 2) * s.heads(), d_head.data(), narrow.data()), s.heads(), second, &d_sums[c], c);
      outer_product(fine, in_terms(fine, s.heads(), d_out, s.heads(), left.data()), s.heads(),
                    in_terms(fine, 3 * c, hidden, c, right.data()), 3 * c, d_second.data());
      add_rows(fine, s.heads(), d_out, to + places[4]);
      for (int n = 0; n < s.size(); n += LANES)
        store(&d_sums[c + n], where_above(load(hidden + c + n), Vec{}, load(&d_sums[c + n])));
      float* d_in = de + frame * s.size();
      multiply(fine, converted(s.padded(), d_sums.data(), narrow.data()), c, first, d_in, c);
      outer_product(fine, in_terms(fine, c, &d_sums[c], c, left.data()), c, in_terms(fine, 3 * c, in, c, right.data()),
                    3 * c, d_first.data());
      add_rows(fine, c, &d_sums[c], to + places[2]);
      mix_rows(s.bands, collect.data(), d_in, c, fine, c, du + frame * s.coarse(), c, false);
      open_products(1, fine, d_in, 0, c, s.bands, u + frame * s.coarse(), 0, c, c, lanes.data());
    }
    close_lanes(fine * s.bands, lanes.data(), to + places[0]);
    to_taps(d_first.data(), c, c, to + places[1]);
    to_taps(d_second.data(), c, s.heads(), to + places[3]);
  });
}

}  // namespace klarstrom
