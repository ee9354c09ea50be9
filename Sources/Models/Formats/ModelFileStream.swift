import Files
import Kernels

/// A file of weights on its way to disk, tensor by tensor; whoever stops it leaves the old file.
struct ModelFileStream {
  private let writer: DurableFileWriter

  init(path: String) throws(ModelError) {
    do throws(FileError) { writer = try DurableFileWriter(path: path) } catch {
      throw .file(error)
    }
  }

  func write(_ bytes: [UInt8]) throws(ModelError) {
    do throws(Interruption) { try Cancellation.check() } catch { throw .interrupted(error) }
    do throws(FileError) { try writer.write(bytes) } catch { throw .file(error) }
  }

  func finish() throws(ModelError) {
    do throws(FileError) { try writer.finish() } catch { throw .file(error) }
  }
}
