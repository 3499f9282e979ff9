internal import Foundation
internal import HDF5

func isHDF5(_ path: String) -> Bool { File.isHDF5(path) }

/// The error for a file of a kind that is not read, with how to convert it.
func refusal(of path: String, head: [UInt8]) -> RecordingError? {
  let start = String(decoding: head.prefix(24), as: UTF8.self)
  if start.hasPrefix("MATLAB 5.0 MAT-file") {
    return .badData(
      """
      \(path): a MATLAB v5 file, which is not HDF5. Save it in MATLAB with -v7.3, or convert it:
        import scipy.io, h5py; m = scipy.io.loadmat("\(path)")
        f = h5py.File("recording.h5", "w"); [f.create_dataset(k, data=v) for k, v in m.items() \
      if getattr(v, "ndim", 0) == 2 and v.dtype.kind in "fiu"]
      """)
  }
  if head.starts(with: [0x50, 0x4B, 0x03, 0x04]) {
    return .badData(
      """
      \(path): a zip archive (NumPy .npz?). Take one array out of it:
        import numpy; z = numpy.load("\(path)"); print(z.files)
        numpy.save("traces.npy", z[z.files[0]])
      """)
  }
  if head.starts(with: [0x1F, 0x8B]) {
    return .badData("\(path): a gzip file: unpack it first (gunzip -k \(path))")
  }
  return nil
}

/// The error for a folder that is not a recording.
func refusal(ofFolder path: String) -> RecordingError {
  let zarr = [".zgroup", ".zarray", ".zattrs", "zarr.json"]
  if zarr.contains(where: { FileManager.default.fileExists(atPath: path + "/" + $0) }) {
    return .badData(
      """
      \(path): a Zarr store, which is not HDF5. Convert it by the Python package that comes with \
      Ganglion (pip install 'Scripts/ganglion-python[zarr]'):
        ganglion-convert "\(path)" -o recording.h5
      """)
  }
  return .badData(
    "\(path): a folder without F.npy (Suite2p) in it; give the recording's file")
}
