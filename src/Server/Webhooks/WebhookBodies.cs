using System.Text.Json;
using Reelay.Server.Api;
using Reelay.Server.Api.Reading;

namespace Reelay.Server.Webhooks;

/// <summary>Reads the small JSON bodies of these routes, field by field, so that each refusal names its field.</summary>
internal static class WebhookBodies
{
    /// <summary>The body as an object; an empty one where there is none.</summary>
    public static async Task<ApiResult<AdminBody>> ReadAsync(HttpContext context, string wanted)
    {
        if (!AdminJson.HasBody(context)) return new AdminBody(JsonElement.Parse("{}"));
        var read = await AdminJson.ReadAsync(context, wanted);
        return read.Error is null && read.Value!.Root.ValueKind != JsonValueKind.Object ? ApiError.Invalid("invalid_json", null, wanted) : read;
    }

    /// <summary>A field as text; null if it is absent, null or something else, which <paramref name="isThere"/> tells.</summary>
    public static string? Text(JsonElement body, string name, out bool isThere)
    {
        isThere = body.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;
        return isThere && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }

    /// <summary><c>keep_old_secret_active_for_24_hours</c>, false if it is absent.</summary>
    public static async Task<ApiResult<KeepOld>> ReadKeepOldAsync(HttpContext context)
    {
        const string Name = "keep_old_secret_active_for_24_hours";
        var read = await ReadAsync(context, $"The body must be an object with {Name} (true or false), or empty.");
        if (read.Error is { } error) return error;
        if (!read.Value!.Root.TryGetProperty(Name, out var value) || value.ValueKind is JsonValueKind.Null or JsonValueKind.False) return new KeepOld(false);
        return value.ValueKind == JsonValueKind.True ? new KeepOld(true)
            : ApiError.Invalid("invalid_type", Name, $"`{Name}` must be true or false, not `{Shown.Value(value.GetRawText())}`.");
    }
}

/// <summary>Whether a rotated secret goes on signing for a day.</summary>
internal sealed record KeepOld(bool Value);
