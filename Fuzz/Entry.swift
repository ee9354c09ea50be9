import Glibc

/// The target that `scripts/fuzz` runs; one program holds them all.
private let target: FuzzTarget = {
  guard let name = getenv("TESSERA_FUZZ_TARGET"),
    let found = FuzzTarget(rawValue: String(cString: name))
  else {
    let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: " ")
    fatalError("TESSERA_FUZZ_TARGET is none of \(names)")
  }
  return found
}()

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  do { try target.run(Array(UnsafeBufferPointer(start: data, count: size))) } catch {
    fatalError("\(target.rawValue): \(error)")
  }
  return 0
}
