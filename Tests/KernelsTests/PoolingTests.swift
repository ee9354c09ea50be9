import Testing

@testable import Kernels

@Suite("Pools and folding") struct PoolingTests {
  static let (planes, height, width) = (3, 7, 9)

  static func window(_ number: Int) -> PictureWindow {
    var window = PictureWindow(height: 3, width: 2, stride: 2, padding: 1)
    if number == 1 {
      (window.strideX, window.strideY, window.left, window.bottom) = (1, 3, 0, 2)
    }
    if number == 2 { window = PictureWindow(height: 2, width: 3, stride: 1) }
    return window
  }

  /// The places of each output's window in a plane, in (ky, kx); -1 for padding.
  func windows(_ w: PictureWindow) throws -> [[Int]] {
    let output = try w.places("test", height: Self.height, width: Self.width)
    return (0..<output.height * output.width).map { place in
      let (oy, ox) = (place / output.width, place % output.width)
      return (0..<w.height * w.width).map { tap in
        let y = oy * w.strideY - w.top + tap / w.width * w.dilationY
        let x = ox * w.strideX - w.left + tap % w.width * w.dilationX
        let isInside = (0..<Self.height).contains(y) && (0..<Self.width).contains(x)
        return isInside ? y * Self.width + x : -1
      }
    }
  }

  /// Values of every plane, of `count` values each.
  func perPlane<T>(_ x: [T], _ body: (ArraySlice<T>) -> [T]) -> [T] {
    let count = x.count / Self.planes
    return (0..<Self.planes).flatMap { body(x[$0 * count..<($0 + 1) * count]) }
  }

  func numbers<T: TestReal>(_ count: Int, _ seed: Int, wild: Bool) -> [T] {
    var numbers = TestNumbers(seed + 1)
    return numbers.reals(count, as: T.self, wild: wild)
  }

  func maximum<T: TestReal>(_ number: Int, wild: Bool, as _: T.Type) throws {
    let w = Self.window(number)
    let pool = try MaximumPooling(
      planes: Self.planes, height: Self.height, width: Self.width, window: w)
    let x: [T] = numbers(pool.inputCount, number, wild: wild)
    let dy: [T] = numbers(pool.outputCount, number + 9, wild: wild)
    let (xMemory, dyMemory) = (TestMemory(x), TestMemory(dy))
    let found = try KernelTesting.everywhere {
      let places = TestMemory<Int32>(dy.count, -7)
      let y = try written(dy.count, over: T.nan) {
        try pool.forward(xMemory.view, into: $0, places: places.mutable)
      }
      let dx = try written(x.count, over: T.nan) {
        try pool.gradient(dyMemory.view, places: places.view, into: $0)
      }
      return [testBits(y), places.values.map { UInt64($0) }, testBits(dx)]
    }
    let windows = try windows(w)
    var (y, places, dx) = ([T](), [UInt64](), x.map { _ in T.zero })
    for plane in 0..<Self.planes {
      for (output, taps) in windows.enumerated() {
        let values = taps.filter { $0 >= 0 }.map { (place: $0, x: x[plane * 63 + $0]) }
        // NaN above all; the first of equals.
        let best = try #require(
          values.first { $0.x.isNaN }
            ?? values.first { candidate in values.allSatisfy { $0.x <= candidate.x } })
        y.append(best.x)
        places.append(UInt64(best.place))
        dx[plane * 63 + best.place] += dy[plane * windows.count + output]
      }
    }
    #expect(found == [testBits(y), places, testBits(dx)])
  }

  @Test("the largest of each window, its lowest place, and its gradient", arguments: 0..<3)
  func maxima(number: Int) throws {
    for wild in [false, true] {
      try maximum(number, wild: wild, as: Float.self)
      try maximum(number, wild: wild, as: Double.self)
    }
  }

  @Test("ties go to the lowest place, the first NaN wins")
  func ties() throws {
    let pool = try MaximumPooling(planes: 1, height: 1, width: 8, window: .line(4, stride: 4))
    let x = TestMemory<Float>([-0.0, 0, -1, 0, 1, .nan, .infinity, .nan])
    let places = TestMemory<Int32>(2, 9)
    let y = try written(2, over: Float(3)) {
      try pool.forward(x.view, into: $0, places: places.mutable)
    }
    #expect(places.values == [0, 5] && y[0].sign == .minus && y[1].isNaN)
  }

  /// Forward and gradient of averages over `windows`, sums divided by `divisor` or their counts.
  func average<T: TestReal>(
    _ pool: AveragePooling, _ windows: [[Int]], divisor: Int?, seed: Int, wild: Bool, as _: T.Type
  ) throws {
    let x: [T] = numbers(pool.inputCount, seed, wild: wild)
    let dy: [T] = numbers(pool.outputCount, seed + 9, wild: wild)
    let (xMemory, dyMemory) = (TestMemory(x), TestMemory(dy))
    let found = try KernelTesting.everywhere {
      try [
        written(dy.count, over: T.nan) { try pool.forward(xMemory.view, into: $0) },
        written(x.count, over: T.nan) { try pool.gradient(dyMemory.view, into: $0) },
      ].map(testBits)
    }
    let y = perPlane(x) { plane in
      windows.map { window in
        window.reduce(T.zero) { $0 + plane[plane.startIndex + $1] } / T(divisor ?? window.count)
      }
    }
    let dx = perPlane(dy) { plane in
      var dx = [T](repeating: 0, count: Self.height * Self.width)
      for (value, window) in zip(plane, windows) {
        for place in window { dx[place] += value / T(divisor ?? window.count) }
      }
      return dx
    }
    #expect(found == [y, dx].map(testBits))
  }

  @Test("averages of windows, and their gradients", arguments: 0..<3)
  func averages(number: Int) throws {
    let w = Self.window(number)
    let windows = try windows(w).map { $0.filter { $0 >= 0 } }
    for counting in [false, true] {
      let pool = try AveragePooling(
        planes: Self.planes, height: Self.height, width: Self.width, window: w,
        countingPadding: counting)
      let divisor = counting ? w.height * w.width : nil
      for wild in [false, true] {
        try average(pool, windows, divisor: divisor, seed: number, wild: wild, as: Float.self)
        try average(pool, windows, divisor: divisor, seed: number, wild: wild, as: Double.self)
      }
    }
  }

  @Test("adaptive averages divide the picture", arguments: [[1, 1], [3, 4], [7, 9], [10, 2]])
  func adaptive(output: [Int]) throws {
    let pool = try AveragePooling.adaptive(
      planes: Self.planes, height: Self.height, width: Self.width, outputHeight: output[0],
      outputWidth: output[1])
    func range(_ place: Int, _ extent: Int, _ outputs: Int) -> [Int] {
      // All elements whose stretch meets the output's, in units of 1 / outputs.
      (0..<extent).filter {
        $0 * outputs < (place + 1) * extent && ($0 + 1) * outputs > place * extent
      }
    }
    let windows = (0..<output[0] * output[1]).map { place in
      range(place / output[1], Self.height, output[0]).flatMap { y in
        range(place % output[1], Self.width, output[1]).map { y * Self.width + $0 }
      }
    }
    try average(pool, windows, divisor: nil, seed: 4, wild: false, as: Float.self)
    try average(pool, windows, divisor: nil, seed: 4, wild: true, as: Double.self)
  }

  @Test("unfolding copies windows, folding adds them up", arguments: 0..<3)
  func folding(number: Int) throws {
    var w = Self.window(number)
    w.dilationX = 2
    let unfolding = try Unfolding(
      planes: Self.planes, height: Self.height, width: Self.width, window: w)
    let windows = try windows(w)
    let taps = w.height * w.width
    for wild in [false, true] {
      let x: [Float] = numbers(unfolding.pictureCount, number, wild: wild)
      let columns: [Float] = numbers(unfolding.columnCount, number + 5, wild: wild)
      let (xMemory, columnMemory) = (TestMemory(x), TestMemory(columns))
      let found = try KernelTesting.everywhere {
        try [
          written(columns.count, over: Float.nan) {
            try unfolding.unfold(xMemory.view, into: $0)
          },
          written(x.count, over: Float.nan) { try unfolding.fold(columnMemory.view, into: $0) },
        ].map(testBits)
      }
      let unfolded = perPlane(x) { plane in
        (0..<taps).flatMap { tap in
          windows.map { $0[tap] < 0 ? 0 : plane[plane.startIndex + $0[tap]] }
        }
      }
      let folded = perPlane(columns) { plane in
        var sums = [Float](repeating: 0, count: Self.height * Self.width)
        for tap in 0..<taps {
          for (place, window) in windows.enumerated() where window[tap] >= 0 {
            sums[window[tap]] += plane[plane.startIndex + tap * windows.count + place]
          }
        }
        return sums
      }
      #expect(found == [unfolded, folded].map(testBits))
    }
  }

  @Test("f64 gradients are slopes")
  func gradients() throws {
    let x: [Double] = numbers(63, 3, wild: false)
    let w = Self.window(0)
    let pools = try (
      MaximumPooling(planes: 1, height: 7, width: 9, window: w),
      AveragePooling(planes: 1, height: 7, width: 9, window: w)
    )
    let dy: [Double] = numbers(pools.0.outputCount, 5, wild: false)
    let (dyMemory, places) = (TestMemory(dy), TestMemory<Int32>(dy.count, 0))
    func largest(_ x: [Double]) throws -> [Double] {
      let x = TestMemory(x)
      return try written(dy.count, over: 0) {
        try pools.0.forward(x.view, into: $0, places: places.mutable)
      }
    }
    _ = try largest(x)
    let maximal = try written(63, over: 0.5) {
      try pools.0.gradient(dyMemory.view, places: places.view, into: $0)
    }
    #expect(
      try KernelTesting.gradientError(maximal, at: x) { loosely(try largest($0), dy) } < 1e-6)
    let mean = try written(63, over: 0.5) { try pools.1.gradient(dyMemory.view, into: $0) }
    #expect(
      try KernelTesting.gradientError(mean, at: x) {
        let x = TestMemory($0)
        return loosely(try written(dy.count, over: 0) { try pools.1.forward(x.view, into: $0) }, dy)
      } < 1e-6)
  }

  @Test("shapes that do not fit are errors")
  func misfits() throws {
    var window = PictureWindow(height: 2, width: 2, stride: 1, padding: 2)
    #expect(throws: KernelError.self) {
      try MaximumPooling(planes: 1, height: 4, width: 4, window: window)
    }
    #expect(throws: KernelError.self) {
      try AveragePooling(planes: 1, height: 4, width: 4, window: window, countingPadding: false)
    }
    // Two taps that step over the only element.
    #expect(throws: KernelError.self) {
      try MaximumPooling(
        planes: 1, height: 1, width: 1, window: .line(2, before: 2, after: 1, dilation: 3))
    }
    window.dilationX = 2
    #expect(throws: KernelError.self) {
      try AveragePooling(planes: 1, height: 4, width: 4, window: window)
    }
    for extents in [[-1, 2, 2], [.max, 2, 2], [1, 1, 2], [1, 1 << 30, 4]] {
      #expect(throws: KernelError.self) {
        try Unfolding(
          planes: extents[0], height: extents[1], width: extents[2],
          window: PictureWindow(height: 2, width: 1))
      }
    }
    #expect(throws: KernelError.self) {
      try AveragePooling.adaptive(
        planes: 1, height: 0, width: 1, outputHeight: 1, outputWidth: 1)
    }
    let pool = try MaximumPooling(
      planes: 1, height: 1, width: 2, window: PictureWindow(height: 1, width: 1))
    let (x, places) = (TestMemory<Float>([1, 2]), TestMemory<Int32>([0, 2]))
    #expect(
      throws: KernelError.index(
        kernel: "max pool gradient", argument: "places", place: 1, index: 2, count: 2)
    ) { try pool.gradient(x.view, places: places.view, into: x.mutable) }
    let one = TestMemory<Float>([1])
    #expect(throws: KernelError.size(kernel: "max pool", argument: "x", needed: 2, found: 1)) {
      try pool.forward(one.view, into: x.mutable, places: places.mutable)
    }
  }
}
