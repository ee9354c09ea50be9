import Synchronization

/// Objects loaded by path in this session: `decode.sample "story.bin" …` in a loop loads it once.
public final class ObjectCache: Sendable {
  private let objects = Mutex<[String: any ObjectValue]>([:])

  public init() {}

  /// The object kept under `key`, or the one that `make` gives.
  public func object(_ key: String, make: () throws -> any ObjectValue) rethrows -> any ObjectValue
  {
    if let object = objects.withLock({ $0[key] }) { return object }
    let object = try make()
    objects.withLock { $0[key] = object }
    return object
  }
}
