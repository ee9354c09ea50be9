import Glibc

/// The target that `scripts/fuzz` runs; one program holds them all.
private let target: (name: String, run: @Sendable ([UInt8]) throws -> Void) = {
  let name = getenv("TESSERA_FUZZ_TARGET").map { String(cString: $0) } ?? ""
  if let found = FuzzTarget(rawValue: name) { return (name, found.run) }
  if let found = ModelFuzzTarget(rawValue: name) { return (name, found.run) }
  let names = FuzzTarget.allCases.map(\.rawValue) + ModelFuzzTarget.allCases.map(\.rawValue)
  fatalError("TESSERA_FUZZ_TARGET is none of \(names.joined(separator: " "))")
}()

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  do { try target.run(Array(UnsafeBufferPointer(start: data, count: size))) } catch {
    fatalError("\(target.name): \(error)")
  }
  return 0
}
