using System.Text.Json;
using Reelay.Server.Api;
using Reelay.Server.Api.Reading;

namespace Reelay.Server.Webhooks;

/// <summary>What callers say of an endpoint: <c>name</c>, <c>url</c>, <c>event_types</c>. Null where nothing was said.</summary>
internal sealed record EndpointForm(string? Name, string? Url, IReadOnlyList<string>? EventTypes)
{
    /// <summary>Longest name in characters.</summary>
    public const int MaxNameLength = 256;

    private const string Wanted = "The body must be an object: name (text), url (an https address), event_types (a list of types).";

    /// <summary>Reads a body.</summary>
    /// <param name="context">The request.</param>
    /// <param name="urls">Says which addresses may be told.</param>
    /// <param name="isWhole">Whether all three must be there.</param>
    public static async Task<ApiResult<EndpointForm>> ReadAsync(HttpContext context, WebhookUrls urls, bool isWhole)
    {
        var read = await WebhookBodies.ReadAsync(context, Wanted);
        if (read.Error is { } error) return error;
        var body = read.Value!.Root;
        var name = WebhookBodies.Text(body, "name", out var hasName);
        if ((hasName || isWhole) && name is not { Length: > 0 and <= MaxNameLength })
            return ApiError.Invalid("invalid_name", "name", $"name must be a text of 1 to {MaxNameLength} characters.");
        var url = WebhookBodies.Text(body, "url", out var hasUrl);
        if ((hasUrl || isWhole) && FindFault(url, urls) is { } fault)
            return ApiError.Invalid("invalid_url", "url", $"`url` = `{Shown.Value(url ?? "")}` is not allowed. {fault}");
        var types = Types(body, isWhole);
        return types.Error is { } wrong ? wrong : new EndpointForm(name, url, types.Value!.Count == 0 ? null : types.Value);
    }

    /// <summary>A type of event that was asked for, or the refusal.</summary>
    public static ApiError? FindStranger(string? type) => type is not null && WebhookEvents.Types.Contains(type) ? null
        : ApiError.Invalid(
            "invalid_event_types", "event_types", $"An event type is one of {string.Join(", ", WebhookEvents.Types)}, not '{Shown.Value(type ?? "null")}'.");

    private static string? FindFault(string? url, WebhookUrls urls) => url is null ? "It is an https address." : urls.FindFault(url);

    private static ApiResult<List<string>> Types(JsonElement body, bool isWhole)
    {
        var isThere = body.TryGetProperty("event_types", out var list) && list.ValueKind != JsonValueKind.Null;
        if (!isThere && !isWhole) return new List<string>();
        if (!isThere || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0)
        {
            return ApiError.Invalid(
                "invalid_event_types", "event_types", $"event_types is a list of at least one of {string.Join(", ", WebhookEvents.Types)}.");
        }

        var types = new List<string>();
        foreach (var item in list.EnumerateArray())
        {
            var type = item.ValueKind == JsonValueKind.String ? item.GetString() : item.GetRawText();
            if (FindStranger(type) is { } error) return error;
            if (!types.Contains(type!)) types.Add(type!);
        }

        return types;
    }
}
