using System.Text.Json;
using Reelay.Contracts;
using Reelay.Server.Api.Reading;
using Reelay.Server.Billing;
using Reelay.Server.Catalog;
using Reelay.Server.Routing.Sources;

namespace Reelay.Server.Api.Billing;

/// <summary>Prices, for operators: what holds for a model, another list from now on, and back to what the settings or the catalog say.</summary>
internal sealed class AdminPriceEndpoints(Authentication authentication, ChannelRegistry registry, PriceBook book)
{
    private const int MaxRows = 200;
    private const string Wanted =
        "The body must be an object with either free: true, or prices: a list of rows with per (second, output, call, token), micros, and the conditions "
        + "tier, quality, mode, audio, input_video; input_seconds beside token.";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/admin/v1/prices/{model}", ReadAsync);
        routes.MapPut("/admin/v1/prices/{model}", SetAsync).WithMetadata(new AuditedFields("free", "prices"));
        routes.MapDelete("/admin/v1/prices/{model}", context => SaveAsync(context, (model, keyId) => new NewPriceVersion(model, false, null, keyId)))
            .WithMetadata(new AuditedFields());
    }

    private Task ReadAsync(HttpContext context)
    {
        if (authentication.AuthenticateAdmin(context).Error is { } error) return ErrorWriter.WriteAsync(context, error);
        return Find(context) is { } model ? AnswerAsync(context, model) : ErrorWriter.WriteAsync(context, NotFound(context));
    }

    private async Task SetAsync(HttpContext context)
    {
        var asked = authentication.AuthenticateAdmin(context).Error is { } refused ? refused : await ReadBodyAsync(context);
        if (asked.Error is { } error) await ErrorWriter.WriteAsync(context, error);
        else await SaveAsync(context, (model, keyId) => asked.Value! with { Model = model, KeyId = keyId });
    }

    private async Task SaveAsync(HttpContext context, Func<string, string, NewPriceVersion> make)
    {
        var admin = authentication.AuthenticateAdmin(context);
        var error = admin.Error ?? (Find(context) is null ? NotFound(context) : null);
        if (error is null && registry.SavePrices(make(Find(context)!.Name, admin.Value!.Id)) is { Count: > 0 } mistakes)
            error = ApiError.Invalid("invalid_prices", "prices", string.Join(" ", mistakes));
        if (error is not null) await ErrorWriter.WriteAsync(context, error);
        else await AnswerAsync(context, Find(context)!);
    }

    private static async Task<ApiResult<NewPriceVersion>> ReadBodyAsync(HttpContext context)
    {
        var read = await AdminJson.ReadAsync(context, Wanted);
        if (read.Error is { } error) return error;
        var body = read.Value!.Root;
        if (body.ValueKind != JsonValueKind.Object || body.EnumerateObject().Any(member => member.Name is not ("free" or "prices")))
            return ApiError.Invalid("invalid_prices", null, Wanted);
        var isFree = body.TryGetProperty("free", out var free) && free.ValueKind == JsonValueKind.True;
        var hasRows = body.TryGetProperty("prices", out var rows) && rows.ValueKind == JsonValueKind.Array;
        if (isFree == hasRows) return ApiError.Invalid("invalid_prices", isFree ? "prices" : "free", Wanted);
        if (isFree) return new NewPriceVersion("", true, null, "");
        try
        {
            var prices = rows.Deserialize(PriceRowsJson.Default.IReadOnlyListPriceSpec)!;
            return prices.Count is > 0 and <= MaxRows && prices.All(row => row is not null) ? new NewPriceVersion("", false, prices, "")
                : ApiError.Invalid("invalid_prices", "prices", $"prices takes 1 to {MaxRows} rows. {Wanted}");
        }
        catch (JsonException exception)
        {
            return ApiError.Invalid("invalid_prices", $"prices{exception.Path?.TrimStart('$')}", Wanted);
        }
    }

    private PublicModel? Find(HttpContext context) => registry.Channels.Now.Catalog.Find(Name(context));

    private static string Name(HttpContext context) => (string?)context.Request.RouteValues["model"] ?? "";

    private static ApiError NotFound(HttpContext context) =>
        new(404, "model_not_found", $"There is no model '{Shown.Value(Name(context))}' here.", "model");

    private Task AnswerAsync(HttpContext context, PublicModel model)
    {
        var spec = model.Spec;
        var version = spec.PriceVersion ?? "shipped";
        var set = version.StartsWith("admin", StringComparison.Ordinal) ? book.Find(model.Name) : null;
        return JsonAnswer.WriteAsync(
            context,
            new AdminPrices
            {
                Model = model.Name,
                Version = version,
                Source = version.Split('-')[0],
                Free = spec.IsFree,
                Prices = [.. spec.Prices.Select(ModelBodies.Price)],
                CreatedAt = set?.CreatedAt,
                KeyId = set?.KeyId,
            },
            ContractsJson.Default.AdminPrices);
    }
}
