import Glibc

/// Threads with stacks deep enough for any program that the language's limits let through.
public enum InterpreterThread {
  /// Virtual memory: pages are taken as they are used.
  private static let stackBytes = 1 << 30

  private final class Work {
    let body: () -> Void
    init(_ body: @escaping () -> Void) { self.body = body }
  }

  /// Runs `body` on a thread of its own and waits for it.
  public static func run<Result>(_ body: @escaping () -> Result) -> Result {
    var result: Result?
    withoutActuallyEscaping(body) { body in
      let threads = [start { result = body() }]
      join(threads)
    }
    // Where no thread could be made, the work is done here.
    return result ?? body()
  }

  /// Runs `body` on `count` threads at once and waits for all.
  static func run(count: Int, _ body: @escaping @Sendable () -> Void) {
    join((0..<count).map { _ in start(body) })
  }

  private static func start(_ body: @escaping () -> Void) -> pthread_t? {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, stackBytes)
    var thread = pthread_t()
    let work = Unmanaged.passRetained(Work(body))
    let status = pthread_create(
      &thread, &attributes,
      { argument in
        if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
        return nil
      }, work.toOpaque())
    if status != 0 {
      work.release()
      body()
      return nil
    }
    return thread
  }

  private static func join(_ threads: [pthread_t?]) {
    for thread in threads { if let thread { pthread_join(thread, nil) } }
  }
}
