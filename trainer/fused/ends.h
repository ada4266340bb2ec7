// What stands around the blocks: the encoder from spectra to bands, and the decoder from bands to masks and the estimate.
// Spectra are [B, 2, T, bins] as everywhere in the trainer; the last bin (Nyquist) is left out and returned as zero.
#pragma once

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include "product.h"

namespace klarstrom {

using at::Tensor;

constexpr int FEATURES = 8;  // y, y of the frame before, |y|, x_t; the last place is empty

struct EndShape {
  int64_t batch, frames;
  int bins, stride, bands, channels;
  int used() const { return bins - 1; }
  int fine() const { return used() / stride; }
  int pad() const { return stride / 2; }
  int depth() const { return 2 * stride * FEATURES; }       // of the first convolution
  int heads() const { return 8 * stride; }                  // outputs of the last
  int size() const { return fine() * channels; }            // of a frame of fine bands
  int padded() const { return (fine() + 2) * channels; }    // with an empty band at both ends
  int coarse() const { return bands * channels; }           // of a frame of the blocks
};

// A spectrum of one example: parts of one frame lie `plane` apart.
struct Spectra {
  const float* data;
  size_t plane;
  int bins;
  Spectra(const Tensor& all, int64_t b)
      : data(all.data_ptr<float>() + b * 2 * all.size(2) * all.size(3)), plane(all.size(2) * all.size(3)), bins(all.size(3)) {}
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
  if (backward)
    return pack<S>(3 * out, in, [=](int k, int n) { return weight[((k % out) * in + n) * 3 + 2 - k / out]; });
  return pack<S>(3 * in, out, [=](int k, int n) { return weight[(n * in + k % in) * 3 + k / in]; });
}

// Gradient [out, 3 in] of `three_taps` -> [out, in, 1, 3]
inline void to_taps(const float* from, int in, int out, float* to) {
  for (int n = 0; n < out; n++)
    for (int tap = 0; tap < 3; tap++)
      for (int c = 0; c < in; c++) to[(n * in + c) * 3 + tap] += from[n * 3 * in + tap * in + c];
}

// Flat gradients of each example, and the tensors that their sum is cut into.
struct Gradients {
  std::vector<int64_t> places{0};
  Tensor all;
  Gradients(const std::vector<Tensor>& like, int64_t batch) {
    for (const Tensor& t : like) places.push_back(places.back() + (t.numel() + 15) / 16 * 16);
    all = at::zeros({batch, places.back()}, like[0].options().dtype(at::kFloat));
  }
  float* of(int64_t b, int i) const { return all.data_ptr<float>() + b * places.back() + places[i]; }
  std::vector<Tensor> summed(const std::vector<Tensor>& like) const {
    std::vector<Tensor> result;
    Tensor total = all.sum(0);
    for (size_t i = 0; i < like.size(); i++) result.push_back(total.narrow(0, places[i], like[i].numel()).reshape(like[i].sizes()));
    return result;
  }
};

template <class S>
at::ScalarType kept_type() {
  return sizeof(S) == 2 ? at::kBFloat16 : at::kFloat;
}

template <class S>
S* at_frame(const Tensor& kept, int64_t b, int64_t t) {
  return reinterpret_cast<S*>(kept.data_ptr()) + (b * kept.size(1) + t) * kept.size(2);
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

// weights: conv_noisy w, b; conv_state w; encoder w, b; gather; position. scale, shift [B, C].
// Returns u [B, T, bands, C], e [B, T, fine C] and what the backward pass keeps besides: a [B, T, fine C].
template <class S>
std::vector<Tensor> encode(const EndShape& s, const Tensor& y, const Tensor& x_t, const Tensor& scale, const Tensor& shift,
                           const std::vector<Tensor>& weights, bool keep) {
  const float* w[7];
  for (int i = 0; i < 7; i++) w[i] = weights[i].data_ptr<float>();
  const Panels<S> first = first_panels<S>(s, w[0], w[2]), second = three_taps<S>(w[3], s.channels, s.channels, false);
  Tensor u = at::empty({s.batch, s.frames, s.bands, s.channels}, y.options());
  auto narrow = y.options().dtype(kept_type<S>());
  Tensor e = at::empty({s.batch, s.frames, s.size()}, narrow);
  Tensor a = at::empty({keep ? s.batch : 0, s.frames, s.size()}, narrow);
  at::parallel_for(0, s.batch, 1, [&](int64_t begin, int64_t end) {
    const int c = s.channels, count = (s.used() + 2 * s.pad()) * FEATURES;
    std::vector<float> wide(count), sums(s.size());
    std::vector<S> taken(count), e1(s.padded()), scratch(s.size());
    for (int64_t b = begin; b < end; b++) {
      const Spectra noisy(y, b), state(x_t, b);
      const float *sc = scale.data_ptr<float>() + b * c, *sh = shift.data_ptr<float>() + b * c;
      for (int64_t t = 0; t < s.frames; t++) {
        features(s, noisy, state, t, wide.data());
        multiply(s.fine(), converted(count, wide.data(), taken.data()), s.stride * FEATURES, first, sums.data(), c, w[1]);
        S* kept = keep ? at_frame<S>(a, b, t) : scratch.data();
        for (int n = 0; n < s.size(); n += LANES) store(kept + n, load(&sums[n]));
        modulated(s, kept, sc, sh, e1.data());
        multiply(s.fine(), e1.data(), c, second, sums.data(), c, w[4]);
        for (int n = 0; n < s.size(); n += LANES) store(&sums[n], load(&e1[c + n]) + relu(load(&sums[n])));
        S* to = at_frame<S>(e, b, t);
        for (int n = 0; n < s.size(); n += LANES) store(to + n, load(&sums[n]));
        float* bands = u.data_ptr<float>() + (b * s.frames + t) * s.coarse();
        std::copy(w[6], w[6] + s.coarse(), bands);
        mix_rows(s.bands, w[5], sums.data(), c, s.fine(), c, bands, c, true);
      }
    }
  });
  return {u, e, a};
}

// du [B, T, bands, C], de [B, T, fine C] float. Returns the gradients of scale, shift and of each weight.
template <class S>
std::vector<Tensor> encode_backward(const EndShape& s, const Tensor& du, const Tensor& de, const Tensor& y, const Tensor& x_t,
                                    const Tensor& scale, const Tensor& shift, const std::vector<Tensor>& weights,
                                    const Tensor& e, const Tensor& a) {
  const int c = s.channels;
  const float* w[7];
  for (int i = 0; i < 7; i++) w[i] = weights[i].data_ptr<float>();
  const Panels<S> back = three_taps<S>(w[3], c, c, true);
  std::vector<float> spread(s.fine() * s.bands);  // gather transposed
  for (int g = 0; g < s.bands; g++)
    for (int f = 0; f < s.fine(); f++) spread[f * s.bands + g] = w[5][g * s.fine() + f];
  Tensor d_scale = at::zeros_like(scale), d_shift = at::zeros_like(shift);
  Gradients gradients(weights, s.batch);
  at::parallel_for(0, s.batch, 1, [&](int64_t begin, int64_t end) {
    const int count = (s.used() + 2 * s.pad()) * FEATURES, fine = s.fine(), kernel = 2 * s.stride;
    std::vector<float> wide(count), d_fine(s.size()), d_sums(s.padded()), d_first(c * s.depth()), d_second(c * 3 * c);
    std::vector<float> gathered(s.size());
    std::vector<S> taken(count), e1(s.padded()), narrow(s.padded()), left(s.size()), right(fine * std::max(3 * c, s.depth()));
    for (int64_t b = begin; b < end; b++) {
      const Spectra noisy(y, b), state(x_t, b);
      const size_t line = b * c;
      const float *sc = scale.data_ptr<float>() + line, *sh = shift.data_ptr<float>() + line;
      float *dsc = d_scale.data_ptr<float>() + line, *dsh = d_shift.data_ptr<float>() + line;
      std::fill(d_first.begin(), d_first.end(), 0.0f);
      std::fill(d_second.begin(), d_second.end(), 0.0f);
      std::vector<float> lanes(static_cast<size_t>(s.bands) * fine * LANES, 0.0f);
      for (int64_t t = 0; t < s.frames; t++) {
        const float* d = du.data_ptr<float>() + (b * s.frames + t) * s.coarse();
        const S *kept_e = at_frame<S>(e, b, t), *kept_a = at_frame<S>(a, b, t);
        modulated(s, kept_a, sc, sh, e1.data());
        // gather and position
        for (int n = 0; n < s.coarse(); n += LANES) store(gradients.of(b, 6) + n, load(gradients.of(b, 6) + n) + load(d + n));
        for (int n = 0; n < s.size(); n += LANES) store(&gathered[n], load(kept_e + n));
        open_products(1, s.bands, d, 0, c, fine, gathered.data(), 0, c, c, lanes.data());
        std::copy_n(at_frame<float>(de, b, t), s.size(), d_fine.data());
        mix_rows(fine, spread.data(), d, c, s.bands, c, d_fine.data(), c, true);
        // the second convolution: e - e₁ is above 0 where its relu let it pass
        for (int n = 0; n < s.size(); n += LANES)
          store(&d_sums[c + n], where_above(load(kept_e + n), load(&e1[c + n]), load(&d_fine[n])));
        multiply(fine, converted(s.padded(), d_sums.data(), narrow.data()), c, back, d_fine.data(), c, nullptr, true);
        outer_product(fine, in_terms(fine, c, &d_sums[c], c, left.data()), c,
                      in_terms(fine, 3 * c, e1.data(), c, right.data()), 3 * c, d_second.data());
        add_rows(fine, c, &d_sums[c], gradients.of(b, 4));
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
        add_rows(fine, c, d_fine.data(), gradients.of(b, 1));
      }
      close_lanes(s.bands * fine, lanes.data(), gradients.of(b, 5));
      to_taps(d_second.data(), c, c, gradients.of(b, 3));
      for (int n = 0; n < c; n++)
        for (int tap = 0; tap < kernel; tap++)
          for (int f = 0; f < 7; f++) {
            float v = d_first[n * s.depth() + tap * FEATURES + f];
            (f < 5 ? gradients.of(b, 0)[(n * 5 + f) * kernel + tap] : gradients.of(b, 2)[(n * 2 + f - 5) * kernel + tap]) = v;
          }
    }
  });
  std::vector<Tensor> result{d_scale, d_shift};
  for (Tensor& t : gradients.summed(weights)) result.push_back(t);
  return result;
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

// weights: scatter; decoder w, b; head w, b. Returns x̂₀ [B, 2, T, bins] and what the backward pass keeps:
// the padded inputs of both convolutions, [B, T, (fine + 2) C].
template <class S>
std::vector<Tensor> decode(const EndShape& s, const Tensor& u, const Tensor& e, const Tensor& y, const Tensor& x_t,
                           const std::vector<Tensor>& weights, bool keep) {
  const int c = s.channels;
  const float* w[5];
  for (int i = 0; i < 5; i++) w[i] = weights[i].data_ptr<float>();
  const Panels<S> first = three_taps<S>(w[1], c, c, false), second = three_taps<S>(w[3], c, s.heads(), false);
  Tensor out = at::zeros_like(y);
  auto narrow = y.options().dtype(kept_type<S>());
  Tensor d0 = at::zeros({keep ? s.batch : 1, keep ? s.frames : 1, s.padded()}, narrow), d1 = at::zeros_like(d0);
  at::parallel_for(0, s.batch, 1, [&](int64_t begin, int64_t end) {
    std::vector<float> sums(s.size()), head(s.fine() * s.heads()), masks(8 * s.used()), silence(s.used(), 0.0f);
    std::vector<S> scratch0(s.padded()), scratch1(s.padded());
    std::fill_n(reinterpret_cast<char*>(scratch0.data()), s.padded() * sizeof(S), 0);
    std::fill_n(reinterpret_cast<char*>(scratch1.data()), s.padded() * sizeof(S), 0);
    for (int64_t b = begin; b < end; b++) {
      const Spectra noisy(y, b), state(x_t, b);
      float* estimate = out.data_ptr<float>() + b * 2 * noisy.plane;
      for (int64_t t = 0; t < s.frames; t++) {
        S *in = keep ? at_frame<S>(d0, b, t) : scratch0.data(), *hidden = keep ? at_frame<S>(d1, b, t) : scratch1.data();
        const S* skip = at_frame<S>(e, b, t);
        for (int n = 0; n < s.size(); n += LANES) store(&sums[n], load(skip + n));
        mix_rows(s.fine(), w[0], u.data_ptr<float>() + (b * s.frames + t) * s.coarse(), c, s.bands, c, sums.data(), c, true);
        for (int n = 0; n < s.size(); n += LANES) store(in + c + n, load(&sums[n]));
        multiply(s.fine(), in, c, first, sums.data(), c, w[2]);
        for (int n = 0; n < s.size(); n += LANES) store(hidden + c + n, relu(load(&sums[n])));
        multiply(s.fine(), hidden, c, second, head.data(), s.heads(), w[4]);
        by_bin(s, head.data(), masks.data());
        const float *yr = noisy.real(t), *yi = noisy.imaginary(t), *xr = state.real(t), *xi = state.imaginary(t);
        const float *pr = t ? noisy.real(t - 1) : silence.data(), *pi = t ? noisy.imaginary(t - 1) : silence.data();
        auto mask = [&](int m, int f) { return load(&masks[m * s.used() + f]); };
        for (int f = 0; f < s.used(); f += LANES) {
          Vec a = load(yr + f), b_ = load(yi + f), re = a + mask(6, f), im = b_ + mask(7, f);
          auto product = [&](int m, Vec r, Vec i) {
            re += mask(m, f) * r - mask(m + 1, f) * i;
            im += mask(m, f) * i + mask(m + 1, f) * r;
          };
          product(0, a, b_);
          product(2, load(pr + f), load(pi + f));
          product(4, load(xr + f), load(xi + f));
          store(estimate + t * s.bins + f, re);
          store(estimate + noisy.plane + t * s.bins + f, im);
        }
      }
    }
  });
  return {out, d0, d1};
}

// grad [B, 2, T, bins]. Returns the gradients of u, of e (float), and of each weight.
template <class S>
std::vector<Tensor> decode_backward(const EndShape& s, const Tensor& grad, const Tensor& u, const Tensor& y, const Tensor& x_t,
                                    const std::vector<Tensor>& weights, const Tensor& d0, const Tensor& d1) {
  const int c = s.channels;
  const float* w[5];
  for (int i = 0; i < 5; i++) w[i] = weights[i].data_ptr<float>();
  const Panels<S> first = three_taps<S>(w[1], c, c, true), second = three_taps<S>(w[3], c, s.heads(), true);
  std::vector<float> collect(s.fine() * s.bands);  // scatter transposed
  for (int f = 0; f < s.fine(); f++)
    for (int g = 0; g < s.bands; g++) collect[g * s.fine() + f] = w[0][f * s.bands + g];
  Tensor du = at::empty_like(u), de = at::empty({s.batch, s.frames, s.size()}, u.options());
  Gradients gradients(weights, s.batch);
  at::parallel_for(0, s.batch, 1, [&](int64_t begin, int64_t end) {
    const int fine = s.fine(), wide = std::max(s.heads(), c);
    std::vector<float> d_masks(8 * s.used()), d_head((fine + 2) * s.heads()), d_sums(s.padded()), silence(s.used(), 0.0f);
    std::vector<float> d_first(c * 3 * c), d_second(s.heads() * 3 * c);
    std::vector<S> narrow((fine + 2) * wide), left(fine * wide), right(fine * 3 * c);
    for (int64_t b = begin; b < end; b++) {
      const Spectra noisy(y, b), state(x_t, b), g(grad, b);
      std::fill(d_first.begin(), d_first.end(), 0.0f);
      std::fill(d_second.begin(), d_second.end(), 0.0f);
      std::vector<float> lanes(static_cast<size_t>(fine) * s.bands * LANES, 0.0f);
      for (int64_t t = 0; t < s.frames; t++) {
        const S *in = at_frame<S>(d0, b, t), *hidden = at_frame<S>(d1, b, t);
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
        add_rows(fine, s.heads(), d_out, gradients.of(b, 4));
        for (int n = 0; n < s.size(); n += LANES)
          store(&d_sums[c + n], where_above(load(hidden + c + n), Vec{}, load(&d_sums[c + n])));
        float* d = at_frame<float>(de, b, t);
        multiply(fine, converted(s.padded(), d_sums.data(), narrow.data()), c, first, d, c);
        outer_product(fine, in_terms(fine, c, &d_sums[c], c, left.data()), c, in_terms(fine, 3 * c, in, c, right.data()),
                      3 * c, d_first.data());
        add_rows(fine, c, &d_sums[c], gradients.of(b, 2));
        const size_t at = (b * s.frames + t) * s.coarse();
        mix_rows(s.bands, collect.data(), d, c, fine, c, du.data_ptr<float>() + at, c, false);
        open_products(1, fine, d, 0, c, s.bands, u.data_ptr<float>() + at, 0, c, c, lanes.data());
      }
      close_lanes(fine * s.bands, lanes.data(), gradients.of(b, 0));
      to_taps(d_first.data(), c, c, gradients.of(b, 1));
      to_taps(d_second.data(), c, s.heads(), gradients.of(b, 3));
    }
  });
  std::vector<Tensor> result{du, de};
  for (Tensor& t : gradients.summed(weights)) result.push_back(t);
  return result;
}

}  // namespace klarstrom
