import Glibc
import Kernels
import Synchronization

/// Stops a cell that takes too long or too much memory: a thread that looks every few milliseconds
/// and asks by ``Cancellation``, the same flag as Ctrl-C.
final class Watchdog: Sendable {
  private struct State {
    /// When the running cell has to end; nil while none runs.
    var deadline: ContinuousClock.Instant?
    var isRunning = false
    var isFinished = false
  }

  private let seconds: Double?
  private let bytes: Int?
  private let state = Mutex(State())

  /// Nil where there is no limit to watch.
  init?(seconds: Double?, bytes: Int?) {
    guard seconds != nil || bytes != nil else { return nil }
    self.seconds = seconds
    self.bytes = bytes
    var thread = pthread_t()
    let work = Unmanaged.passRetained(self)
    let status = pthread_create(
      &thread, nil,
      { argument in
        if let argument { Unmanaged<Watchdog>.fromOpaque(argument).takeRetainedValue().watch() }
        return nil
      }, work.toOpaque())
    if status != 0 {
      work.release()
      return nil
    }
    pthread_detach(thread)
  }

  /// A cell starts.
  func begin() {
    let limit = seconds.map { ContinuousClock.now + .seconds(min($0, 1e9)) }
    state.withLock {
      $0.deadline = limit
      $0.isRunning = true
    }
  }

  /// The cell has ended; a stop that was asked for a limit's sake is over.
  func end() {
    state.withLock {
      $0.isRunning = false
      switch Cancellation.pending {
      case .timeLimit, .memoryLimit: Cancellation.reset()
      default: break
      }
    }
  }

  func finish() { state.withLock { $0.isFinished = true } }

  private func watch() {
    while true {
      usleep(5_000)
      let isFinished = state.withLock { state in
        guard state.isRunning, Cancellation.pending == nil else { return state.isFinished }
        if let deadline = state.deadline, ContinuousClock.now >= deadline {
          Cancellation.request(.timeLimit)
        } else if let bytes, ProcessMemory.resident > bytes {
          Cancellation.request(.memoryLimit)
        }
        return state.isFinished
      }
      if isFinished { return }
    }
  }
}

/// What the system says of this process's memory.
enum ProcessMemory {
  /// Resident bytes now; 0 where the system does not say.
  static var resident: Int {
    guard let text = read("/proc/self/statm") else { return 0 }
    let fields = text.split(separator: " ")
    guard fields.count > 1, let pages = Int(fields[1]) else { return 0 }
    return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
  }

  /// Starts ``peak`` anew.
  static func resetPeak() {
    let descriptor = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    _ = write(descriptor, "5", 1)
    close(descriptor)
  }

  /// The largest resident size since ``resetPeak()``, in bytes.
  static var peak: Int? {
    guard let text = read("/proc/self/status") else { return nil }
    for line in text.split(separator: "\n") where line.hasPrefix("VmHWM:") {
      return line.split(separator: " ").compactMap { Int($0) }.first.map { $0 * 1024 }
    }
    return nil
  }

  private static func read(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    let bytes = [UInt8](unsafeUninitializedCapacity: 8192) { buffer, count in
      count = max(0, Glibc.read(descriptor, buffer.baseAddress, 8192))
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
