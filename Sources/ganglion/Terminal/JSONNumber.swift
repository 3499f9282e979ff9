internal import Foundation

/// A number as JSON has it, which knows neither NaN nor infinity: null says as much.
func jsonNumber(_ value: Double) -> Any { value.isFinite ? value : NSNull() }
