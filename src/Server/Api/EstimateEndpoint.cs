using Reelay.Contracts;
using Reelay.Server.Accounts;
using Reelay.Server.Api.Dialects;
using Reelay.Server.Billing;
using Reelay.Server.Catalog;
using Reelay.Server.Catalog.Orders;
using Reelay.Server.Engine;
using Reelay.Server.Files;

namespace Reelay.Server.Api;

/// <summary><c>POST /v1/videos/estimate</c>: what an order would be and cost. Takes the same body as a create, and creates nothing.</summary>
internal sealed class EstimateEndpoint(
    Authentication authentication, OrderIntake intake, UploadFolders uploads, EngineParts parts, RequestPreview preview, BaseUrls baseUrls,
    Pricing pricing)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapPost("/v1/videos/estimate", AnswerAsync).As(Operations.Estimate);

    private async Task AnswerAsync(HttpContext context)
    {
        var made = await EstimateAsync(context);
        if (made.Error is { } error) await ErrorWriter.WriteAsync(context, error);
        else await JsonAnswer.WriteAsync(context, made.Value!, ContractsJson.Default.Estimate);
    }

    private async Task<ApiResult<Estimate>> EstimateAsync(HttpContext context)
    {
        var key = authentication.Authenticate(context);
        if (key.Error is { } refused) return refused;
        var explain = IsExplained(context.Request, key.Value!);
        if (explain.Error is { } notAllowed) return notAllowed;

        // Never kept: whatever was sent along goes with the folder.
        await using var folder = uploads.Begin("inputs");
        var read = await intake.ReadAsync(context, key.Value!, default, folder);
        if (read.Error is { } bad) return bad;
        var order = read.Value!.ToOrder();
        var priced = pricing.Of(order, read.Value!.Model.Spec, key.Value!.Groups, key.Value.AccountId);
        if (priced.Error is { } unpriced) return unpriced;
        var estimate = Body(read.Value!, order, key.Value!.Groups, priced.Value!.Micros);
        return explain.Value is not "true" ? estimate
            : estimate with { Explain = await preview.ExplainAsync(order, key.Value!.Groups, baseUrls.Of(context.Request), context.RequestAborted) };
    }

    private static ApiResult<string> IsExplained(HttpRequest request, ApiKey key) => (string?)request.Query["explain"] switch
    {
        null or "" or "false" => "false",
        "true" when key.IsAdmin => "true",
        "true" => new ApiError(403, "admin_key_required", "explain=true shows how upstreams are called; it takes an administrator's key.", "explain"),
        var other => ApiError.Invalid("invalid_explain", "explain", $"explain can be true or false, not '{Reading.Shown.Value(other)}'."),
    };

    private Estimate Body(OrderDraft draft, GenerationOrder order, string groups, long price)
    {
        return new Estimate
        {
            Model = order.Model,
            Seconds = order.SecondsEcho,
            Size = order.SizeEcho,
            Effective = VideoBodies.Effective(order, null),
            Count = order.Count,
            PriceMicros = price,
            Price = VideoBodies.Dollars(price),
            ExpectedSeconds = Math.Round(parts.ExpectedSeconds(order, groups, draft.Model.Spec.ExpectedSeconds), 1),
            Warnings = VideoBodies.Warnings(order),
            Notes = draft.Notes.Count == 0 ? null : [.. draft.Notes.Select(note => new EstimateNote(note.Param, note.Value, note.How, note.Why))],
        };
    }
}
