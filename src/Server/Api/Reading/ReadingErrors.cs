namespace Reelay.Server.Api.Reading;

/// <summary>Every refusal that reading a body can give.</summary>
internal static class ReadingErrors
{
    public static ApiError IncompleteBody { get; } =
        ApiError.Invalid("incomplete_body", null, "The connection or the body ended before the whole body had arrived.");

    public static ApiError EmptyBody { get; } =
        ApiError.Invalid("invalid_json", null, "The body is empty; send a JSON object or a form.");

    public static ApiError NotUtf8 { get; } =
        ApiError.Invalid("invalid_json", null, "The JSON body is not valid UTF-8.");

    public static ApiError NotAnObject { get; } =
        ApiError.Invalid("invalid_json", null, "The JSON body must be an object, for example {\"prompt\": \"…\"}.");

    public static ApiError SlowBody { get; } = new(408, "request_timeout", "The body arrived too slowly.");

    public static ApiError TooLarge(long maxBytes) =>
        new(413, "request_too_large", $"The body is larger than the {maxBytes:N0} bytes this encoding may have.");

    public static ApiError FieldTooLarge(string name, long maxBytes) =>
        new(413, "request_too_large", $"The field `{Shown.Name(name)}` is larger than {maxBytes:N0} bytes.", Shown.Name(name));

    public static ApiError TooManyFields(string code, int max) =>
        ApiError.Invalid(code, null, $"The body has more than {max:N0} fields, or an object in it has more than that many members.");

    public static ApiError TooDeep(string code, int max) =>
        ApiError.Invalid(code, null, $"The body is nested deeper than {max} levels.");

    public static ApiError UnsupportedMediaType(string contentType) => new(
        415,
        "unsupported_media_type",
        $"The content type `{Shown.Value(contentType)}` is not supported; send application/json, multipart/form-data or application/x-www-form-urlencoded.");

    public static ApiError JsonAt(long line, long bytePosition, bool atEnd) => ApiError.Invalid(
        "invalid_json",
        null,
        $"The JSON {(atEnd ? "ends too early" : "is not valid")} at line {line}, byte {bytePosition}.");

    public static ApiError BadText(string path) =>
        ApiError.Invalid("invalid_json", Shown.Name(path), $"`{Shown.Name(path)}` holds an unpaired surrogate or a NUL character, which is not text.");

    public static ApiError DuplicateKey(string path) => ApiError.Invalid(
        "conflicting_parameters", Shown.Name(path), $"`{Shown.Name(path)}` appears more than once with different values.");

    public static ApiError Mixed(string path) => ApiError.Invalid(
        "conflicting_parameters", Shown.Name(path), $"`{Shown.Name(path)}` is sent both as a value and as an object or list.");

    public static ApiError Multipart(string message) => ApiError.Invalid("invalid_multipart_form", null, message);

    public static ApiError Form(string code, string message) => ApiError.Invalid(code, null, message);
}
