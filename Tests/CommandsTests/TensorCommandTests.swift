import Testing

/// Each pair is a script and exactly what it shows, errors included.
@Suite("What the tensor commands do") struct TensorCommandTests {
  @Test(
    "commands agree with what a cell writes out",
    arguments: [
      // Attention in five lines.
      """
      q = tensor.normal [3, 4] seed=1; k = tensor.normal [3, 4] seed=2; v = tensor.normal [3, 2] seed=3
      scores = q @ tensor.transpose(k) / 2
      visible = tensor.from [[true, false, false], [true, true, false], [true, true, true]]
      p = tensor.softmax (tensor.where visible scores -1e30)
      tensor.close (p @ v) tensor.attention(q, k, v, causal=true)
      """,
      """
      x = tensor.normal [2, 5] seed=1
      r = tensor.gradient x [1, 4]
      tensor.close r.gradient tensor.slope(x, (p -> tensor.gradient(p, [1, 4]).loss)) tolerance=1e-6
      """,
      """
      x = tensor.normal [3, 5] seed=1
      tensor.close tensor.fourier(tensor.fourier(x), inverse=true, length=5) x tolerance=1e-5
      """,
      """
      a = tensor.normal [5, 3] seed=1
      d = tensor.svd a
      tensor.close ((d.u * d.values) @ d.vt) a tolerance=1e-5
      """,
      """
      a = tensor.normal [3, 3] seed=1
      tensor.close (a @ tensor.solve(a, tensor.identity(3))) (tensor.identity 3) tolerance=1e-5
      """,
      """
      x = tensor.normal [1, 2, 6, 6] seed=1
      w = tensor.normal [3, 2, 1, 1] seed=2
      y = tensor.contract "n c h w, o c -> n o h w" x tensor.reshape(w, [3, 2])
      tensor.close tensor.convolve(x, w) y tolerance=1e-5
      """,
      """
      a = tensor.normal [7] seed=1
      tensor.close tensor.cumulative_sum(a) tensor.recurrence(tensor.ones(7), a)
      """,
      """
      x = tensor.normal [4, 3] seed=1
      n = tensor.nearest x x
      all(tensor.reshape(n.indices, [4]) == tensor.from(0..3)) and max(n.distances) < 1e-9
      """,
    ])
  func agreement(script: String) { #expect(shown(script) == "true") }

  @Test(
    "misfits are errors",
    arguments: [
      ("tensor.convolve [[[1, 2]]] [[[1, 2, 3]]]", "E0219"),
      ("tensor.convolve [[[1, 2]]] [[1]]", "E0210"),
      ("tensor.convolve [1, 2] [[[1]]]", "E0217"),
      ("tensor.convolve [[[1, 2]]] [[[1]]] stride=0", "E0304"),
      ("tensor.pool [[[1, 2]]] 3", "E0219"), ("tensor.pool [[[1, 2]]] 0", "E0219"),
      ("tensor.resize [[[1, 2]]] [2, 2]", "E0304"), ("tensor.resize [[[1, 2]]] 0", "E0219"),
      ("tensor.fourier 1", "E0217"), ("tensor.fourier [1, 2] axis=1", "E0215"),
      ("tensor.cumulative_sum 3", "E0215"),
      ("tensor.recurrence [1, 2] [1]", "E0210"), ("tensor.log_product [1] [1]", "E0210"),
      ("tensor.sort [0.0 / 0.0]", "E0217"), ("tensor.top_k [1] 2", "E0219"),
      ("tensor.top_k [1] -1", "E0219"), ("tensor.segment_sum [1] [0, 1]", "E0210"),
      ("tensor.segment_sum [1, 2] [0, -1]", "E0214"),
      ("tensor.segment_sum [1] [1] reduce=mean", "E0219"),
      ("tensor.segment_sum [1] [0.5]", "E0213"),
      ("tensor.nearest [[1]] [[1]] count=2", "E0219"), ("tensor.nearest [1] [[1]]", "E0210"),
      ("tensor.normalize [[1, 2, 3]] kind=group groups=2", "E0217"),
      ("tensor.normalize [1] kind=rms bias=[1]", "E0304"), ("tensor.normalize 3", "E0217"),
      ("tensor.attention [[1]] [[1, 2]] [[1]]", "E0210"),
      ("tensor.attention [1] [1] [1]", "E0210"),
      ("tensor.rope [1, 2]", "E0201"), ("tensor.rope [[1, 2, 3]]", "E0201"),
      ("tensor.rope [[1, 2]] positions=[1, 2]", "E0217"),
      ("tensor.solve [[1, 2], [2, 4]] [1, 2]", "E0219"), ("tensor.solve [[1]] [1, 2]", "E0210"),
      ("tensor.cholesky [[-1]]", "E0219"), ("tensor.cholesky [[1, 2]]", "E0217"),
      ("tensor.qr 1", "E0217"), ("tensor.svd [1]", "E0217"), ("tensor.eigen [[1, 2]]", "E0217"),
      ("tensor.gradient [[1, 2]] [2]", "E0219"),
      ("tensor.gradient [1] [1, 2] loss=squared_error", "E0210"),
      (#"tensor.slope [1] (x -> "a")"#, "E0201"), ("tensor.slope [1] (x -> 1) step=0", "E0304"),
    ])
  func misfits(script: String, code: String) {
    let result = shown(script)
    #expect(result.hasPrefix("error[\(code)]"), "\(script): \(result)")
    // A message says what is wrong, and not where in the program.
    #expect(!result.contains("a kernel:"), "\(result)")
  }
}
