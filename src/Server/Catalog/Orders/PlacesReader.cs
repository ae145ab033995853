using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reelay.Server.Api;
using Reelay.Server.Api.Reading;

namespace Reelay.Server.Catalog.Orders;

/// <summary>Gathers parameters from the top level, <c>parameters</c>, <c>extra_body</c> and <c>metadata</c>; keeps the metadata.</summary>
internal static class PlacesReader
{
    /// <summary>Largest metadata in bytes.</summary>
    public const int MaxMetadataBytes = 64 << 10;

    public static ApiError? Read(OrderDraft draft)
    {
        foreach (var field in draft.Fields.Fields)
        {
            if (ReadMember(draft, field.Name, field.Name, field.Value, field.IsRepeated) is { } error) return error;
        }

        draft.Asked.PreferTopLevel();
        return CheckFiles(draft);
    }

    private static ApiError? ReadMember(OrderDraft draft, string path, string name, JsonElement value, bool isRepeated)
    {
        var parameter = Parameters.Find(name);
        if (isRepeated && parameter is not { IsList: true }) return OrderErrors.Conflict(path, path);
        if (ReferenceEquals(parameter, Parameters.Metadata)) return ReadMetadata(draft, path, value);
        if (parameter is not null)
        {
            draft.Asked.Add(new Asked(parameter, path, value));
            return null;
        }

        if (Parameters.Places.Contains(name) && path == name) return ReadPlace(draft, path, value);
        draft.Unknown.Add(new UnknownField(name, path, value, IsKept: false));
        return null;
    }

    private static ApiError? ReadPlace(OrderDraft draft, string path, JsonElement value)
    {
        var error = AsObject(draft.Fields, path, value, out var place);
        if (error is not null || place is null) return error;
        foreach (var member in place.Value.EnumerateObject())
        {
            if (ReadMember(draft, $"{path}.{member.Name}", member.Name, member.Value, isRepeated: false) is { } memberError) return memberError;
        }

        return null;
    }

    private static ApiError? ReadMetadata(OrderDraft draft, string path, JsonElement value)
    {
        var error = AsObject(draft.Fields, path, value, out var metadata);
        if (error is not null || metadata is null) return error;
        if (JsonMarshal.GetRawUtf8Value(metadata.Value).Length > MaxMetadataBytes)
        {
            return ApiError.Invalid("metadata_too_large", path, $"`{path}` has more than {MaxMetadataBytes:N0} bytes.");
        }

        foreach (var member in metadata.Value.EnumerateObject())
        {
            var memberPath = $"{path}.{member.Name}";
            var parameter = Parameters.Find(member.Name);
            if (ReferenceEquals(parameter, Parameters.Model))
            {
                return OrderErrors.Invalid("unsupported_parameter", memberPath, Values.Show(member.Value), "A model is named at top level only.");
            }

            // Whatever else the caller keeps there is theirs: it is echoed, not judged.
            if (parameter is null) draft.Unknown.Add(new UnknownField(member.Name, memberPath, member.Value, IsKept: true));
            else if (!ReferenceEquals(parameter, Parameters.Metadata)) draft.Asked.Add(new Asked(parameter, memberPath, member.Value));
        }

        var copy = Values.Copy(metadata.Value)!.AsObject();
        var isTop = path == Parameters.Metadata.Name;
        if (draft.Metadata is not null && !draft.Terms.IsLenient && !JsonNode.DeepEquals(draft.Metadata, copy)) return OrderErrors.Conflict("metadata", path);
        if (isTop || draft.Metadata is null) draft.Metadata = copy;
        return null;
    }

    /// <summary>Reads an object, or the JSON text of one; null for null and empty text.</summary>
    public static ApiError? AsObject(RequestFields fields, string path, JsonElement value, out JsonElement? result)
    {
        result = null;
        if (value.ValueKind is JsonValueKind.Null || (value.ValueKind is JsonValueKind.String && value.GetString() is "")) return null;
        if (value.ValueKind is JsonValueKind.String && value.GetString()!.TrimStart().StartsWith('{')
            && fields.TryParseText(path, value.GetString()!, out value) is { } error)
        {
            return error;
        }

        if (value.ValueKind is not JsonValueKind.Object) return ApiError.Invalid("invalid_type", path, $"`{path}` must be an object.");
        result = value;
        return null;
    }

    private static ApiError? CheckFiles(OrderDraft draft)
    {
        foreach (var file in draft.Fields.Files)
        {
            var parameter = Parameters.Find(file.Name);
            if (parameter?.Media is not null and not MediaHint.Character) continue;
            return parameter is { Class: ParameterClass.Read or ParameterClass.Hint }
                ? ApiError.Invalid("invalid_type", file.Path, $"`{Shown.Name(file.Path)}` was sent as a file; it must be text.")
                : ApiError.Invalid(
                    "unsupported_parameter",
                    Shown.Name(file.Path),
                    $"The file `{Shown.Name(file.Path)}` cannot be used. A picture is taken as `{Parameters.Picture.Name}`, a video as `video`, a sound as `audio_urls`.");
        }

        return null;
    }
}
