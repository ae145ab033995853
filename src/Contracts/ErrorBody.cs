using System.Text.Json.Serialization;

namespace Reelay.Contracts;

/// <summary>The body of every refusal, on every route.</summary>
/// <param name="Error">What went wrong.</param>
/// <param name="Code">The same code at top level, for keys of the dialect <c>flat_errors</c>; else left out.</param>
/// <param name="Message">The same words, likewise.</param>
public sealed record ErrorBody(ErrorDetail Error, string? Code = null, string? Message = null);

/// <summary>What went wrong. All four keys are always there.</summary>
/// <param name="Message">Words for people.</param>
/// <param name="Type">Family of the error, for example <c>invalid_request_error</c>.</param>
/// <param name="Param">The field at fault, or null.</param>
/// <param name="Code">Stable code, or null.</param>
public sealed record ErrorDetail(
    string Message,
    string Type,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Param,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Code);
