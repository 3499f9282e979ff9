internal import CHDF5

/// What the elements of a dataset or an attribute are, as far as a reader cares.
package enum DataType: Equatable, Sendable, CustomStringConvertible {
  case integer(bytes: Int, signed: Bool)
  case float(bytes: Int)
  /// h5py's booleans: an enumeration over an integer.
  case enumeration(bytes: Int)
  /// Text of a fixed number of bytes, or of any length if nil.
  case string(length: Int?)
  /// A type that is not read here: compound, reference, opaque, array, ...
  case other(String)

  /// Whether HDF5 converts the elements to floating point numbers.
  package var isNumeric: Bool {
    switch self {
    case .integer, .float, .enumeration: true
    case .string, .other: false
    }
  }

  /// The size of one element in a file, where it is known.
  package var bytes: Int? {
    switch self {
    case .integer(let bytes, _), .float(let bytes), .enumeration(let bytes): bytes
    case .string(let length): length
    case .other: nil
    }
  }

  package var description: String {
    switch self {
    case .integer(let bytes, let signed): "\(signed ? "int" : "uint")\(8 * bytes)"
    case .float(let bytes): "float\(8 * bytes)"
    case .enumeration(1): "bool"
    case .enumeration(let bytes): "enum\(8 * bytes)"
    case .string(let length?): "string[\(length)]"
    case .string(nil): "string"
    case .other(let name): name
    }
  }

  /// The description of a C type identifier.
  init(_ type: borrowing Handle<TypeKind>) {
    let bytes = Int(H5Tget_size(type.id))
    switch H5Tget_class(type.id) {
    case H5T_INTEGER: self = .integer(bytes: bytes, signed: H5Tget_sign(type.id) == H5T_SGN_2)
    case H5T_FLOAT: self = .float(bytes: bytes)
    case H5T_ENUM: self = .enumeration(bytes: bytes)
    case H5T_STRING:
      self = .string(length: H5Tis_variable_str(type.id) > 0 ? nil : bytes)
    case H5T_COMPOUND: self = .other("compound")
    case H5T_REFERENCE: self = .other("reference")
    case H5T_OPAQUE: self = .other("opaque")
    case H5T_BITFIELD: self = .other("bit field")
    case H5T_VLEN: self = .other("variable length")
    case H5T_ARRAY: self = .other("array")
    case H5T_TIME: self = .other("time")
    default: self = .other("unknown")
    }
  }
}
