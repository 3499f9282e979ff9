internal import HDF5
internal import LinearAlgebra

/// How the values of a file become physical ones: value × conversion + offset, and NaN where
/// the file stores a stand-in for a value that is missing.
struct Calibration: Codable, Equatable, Sendable {
  var conversion = 1.0
  var offset = 0.0
  /// A factor of each neuron or column, beside the conversion; nil where it is 1.
  var channels: [Double]?
  /// The values in the file that stand for a missing one.
  var gaps: [Double] = []

  var isIdentity: Bool { conversion == 1 && offset == 0 && channels == nil && gaps.isEmpty }

  /// The calibration of some of the neurons.
  func of(_ places: [Int]) -> Calibration {
    var result = self
    result.channels = channels.map { all in places.map { all[$0] } }
    return result
  }

  /// The value of a stored one; `channel` counts neurons or columns.
  func value(_ stored: Double, channel: Int = 0) -> Double {
    if isIdentity { return stored }
    if gaps.contains(stored) { return .nan }
    return stored * conversion * (channels?[channel] ?? 1) + offset
  }

  /// Calibrates series in place, n×frames; `neurons` are theirs.
  @specialized(where S == Double) @specialized(where S == Float)
  func apply<S: Scalar>(to series: inout Matrix<S>, _ neurons: Range<Int>) {
    let stand = gaps.map { S($0) }
    for (row, neuron) in neurons.enumerated() {
      let scale = S(conversion * (channels?[neuron] ?? 1))
      let shift = S(offset)
      for t in 0..<series.columns {
        let value = series[row, t]
        series[row, t] = stand.contains(value) ? .nan : value * scale + shift
      }
    }
  }
}

extension HDF5Catalog {
  /// What a dataset says about its values: in netCDF's words (`scale_factor`, `add_offset`,
  /// `_FillValue`, `missing_value`) anywhere, and in NWB's on the data of a series
  /// (`conversion`, `offset`, and `channel_conversion` beside it).
  ///
  /// - Throws: `RecordingError`, 65, where one of them is no number that could be meant.
  func calibration(of dataset: borrowing Dataset) throws -> Calibration {
    func factor(_ name: String, usual: Double, isFactor: Bool) throws -> Double {
      guard let stored = try dataset.attribute(name) else { return usual }
      guard let value = stored.doubles?.first, value.isFinite, !isFactor || value != 0 else {
        throw RecordingError.badData(
          "\(file.filePath): the attribute \(name) of \(dataset.objectPath) is \(stored.words),"
            + " where a \(isFactor ? "factor" : "number") is needed: mend it, or delete it if the"
            + " values need none")
      }
      return value
    }
    do {
      var result = Calibration(
        conversion: try factor("scale_factor", usual: 1, isFactor: true),
        offset: try factor("add_offset", usual: 0, isFactor: false))
      for name in ["_FillValue", "missing_value"] {
        let values = try dataset.attribute(name)?.doubles ?? []
        result.gaps += values.filter { !$0.isNaN }.map { dataset.type.rounded($0) }
      }
      guard format == .nwb, dataset.objectPath.hasSuffix("/data") else { return result }
      let scale = try factor("conversion", usual: 1, isFactor: true)
      result.offset = result.offset * scale + (try factor("offset", usual: 0, isFactor: false))
      result.conversion *= scale
      let channels = String(dataset.objectPath.dropLast(5)) + "/channel_conversion"
      if has(channels) {
        let factors = try vector(channels)
        guard factors.allSatisfy({ $0.isFinite && $0 != 0 }) else {
          throw RecordingError.badData(
            "\(file.filePath): \(channels) holds factors that are 0 or no numbers: mend it, or"
              + " delete it if the channels need none")
        }
        result.channels = factors
      }
      return result
    } catch let error as HDF5Error {
      throw unreadable(file.filePath, error)
    }
  }
}

extension Calibration {
  /// Refuses factors that are not one a neuron or column.
  ///
  /// - Throws: `RecordingError`, 65.
  func requireChannels(_ count: Int, of name: String) throws {
    guard let channels, channels.count != count else { return }
    throw RecordingError.badData(
      "\(name): channel_conversion has \(channels.count) entries, and there are \(count) channels")
  }
}

extension AttributeValue {
  /// The value for a message.
  fileprivate var words: String {
    switch self {
    case .integers(let values): "\(values)"
    case .numbers(let values): "\(values)"
    case .strings(let values): "\(values)"
    case .other(let type): "of type \(type)"
    }
  }
}

extension DataType {
  /// A number as a dataset of this type would hold it.
  fileprivate func rounded(_ value: Double) -> Double {
    self == .float(bytes: 4) ? Double(Float(value)) : value
  }
}
