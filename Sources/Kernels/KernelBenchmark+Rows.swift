import CKernels

extension KernelBenchmark {
  /// What goes over `[512, 1024]` numbers row by row, and its gradients.
  static let rows: [KernelBenchmark] = {
    let (rows, width) = (512, 1024)
    let (count, size) = (rows * width, "\(rows) x \(width)")
    return [
      work("softmax f32", size, [count, count]) { o in
        ck_softmax_f32(o[0].baseAddress, o[1].baseAddress, rows, width)
      },
      work("softmax gradient f32", size, [count, count, count]) { o in
        ck_softmax_gradient_f32(
          o[0].baseAddress, o[1].baseAddress, 1, o[2].baseAddress, rows, width)
      },
      work("rms norm f32", size, [count, width, count]) { o in
        ck_rms_norm_f32(o[0].baseAddress, o[1].baseAddress, 1e-5, o[2].baseAddress, rows, width)
      },
      work("rms norm gradient f32", size, [count, width, count, count, width]) { o in
        try Norms.rmsGradient(
          read(o[0]), gain: read(o[1]), epsilon: 1e-5, dy: read(o[2]), into: o[3],
          gainGradient: o[4], rows: rows, width: width)
      },
      work("layer norm gradient f32", size, [count, width, count, count, width, width]) { o in
        try Norms.layerGradient(
          read(o[0]), gain: read(o[1]), epsilon: 1e-5, dy: read(o[2]), into: o[3],
          gainGradient: o[4], biasGradient: o[5], rows: rows, width: width)
      },
      work("group norm gradient f32", "1 x 64 x 56 x 56", [200_704, 200_704, 200_704, 256]) { o in
        let statistics = o[3].baseAddress
        var call = ck_channel_norm_call_f32()
        (call.x, call.dy) = (UnsafePointer(o[0].baseAddress), UnsafePointer(o[1].baseAddress))
        (call.out, call.means) = (o[2].baseAddress, statistics)
        (call.variances, call.gain_gradient) = (statistics?.advanced(by: 64), nil)
        (call.batch, call.channels, call.positions, call.groups) = (1, 64, 56 * 56, 8)
        call.epsilon = 1
        ck_channel_norm_gradient_f32(&call)
      },
      work("swiglu f32", size, [count, count, count]) { o in
        ck_swiglu_f32(o[0].baseAddress, o[1].baseAddress, o[2].baseAddress, count)
      },
      work("add f32", size, [count, count, count]) { o in
        ck_add_f32(o[0].baseAddress, o[1].baseAddress, o[2].baseAddress, count)
      },
      work("rotary f32", "512 x 16 x 64", [count, 512 * 32, 512 * 32, count]) { o in
        var call = ck_rotary_call_f32()
        (call.x, call.y) = (UnsafePointer(o[0].baseAddress), o[3].baseAddress)
        (call.cosines, call.sines) = (
          UnsafePointer(o[1].baseAddress), UnsafePointer(o[2].baseAddress)
        )
        (call.rows, call.heads, call.head_width, call.pairs) = (512, 16, 64, 32)
        ck_rotary_turn_f32(&call)
      },
    ]
  }()

  static func read(_ operand: FloatView) -> UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(operand)
  }
}
