using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;

namespace Reelay.Server.Api;

/// <summary>Reads the bodies of operators' requests: JSON, small, and each name once, since of two values nobody could say which is meant.</summary>
internal static class AdminJson
{
    /// <summary>Largest body in bytes.</summary>
    public const int MaxBytes = 64 * 1024;

    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false };

    /// <summary>Whether there is a body at all.</summary>
    public static bool HasBody(HttpContext context) =>
        context.Request.ContentLength != 0 && context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != false;

    /// <summary>Reads a body.</summary>
    /// <param name="context">The request.</param>
    /// <param name="wanted">A sentence that says what it should have been; the parser's own words may quote a secret.</param>
    public static async Task<ApiResult<AdminBody>> ReadAsync(HttpContext context, string wanted)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } bound) bound.MaxRequestBodySize = MaxBytes;
        try
        {
            using var document = await JsonDocument.ParseAsync(context.Request.Body, Options, context.RequestAborted);
            return new AdminBody(document.RootElement.Clone());
        }
        catch (JsonException)
        {
            return ApiError.Invalid("invalid_json", null, wanted);
        }
    }
}

/// <summary>A body that could be read.</summary>
internal sealed record AdminBody(JsonElement Root);
