import Kernels

/// The library's flag, under a name that no test library has too.
enum Interruptions {
  static func check() throws { try Cancellation.check() }
  static func request(_ reason: Interruption) { Cancellation.request(reason) }
  static func reset() { Cancellation.reset() }
}
