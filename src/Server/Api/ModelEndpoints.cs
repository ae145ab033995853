using Reelay.Contracts;
using Reelay.Server.Catalog;
using Reelay.Server.Routing;

namespace Reelay.Server.Api;

/// <summary>What a key can order now.</summary>
internal sealed class ModelEndpoints(Authentication authentication, ModelCatalog catalog, ChannelSet channels, DateTimeOffset builtAt)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/models", ListAsync);
        routes.MapGet("/v1/models/{id}", ReadAsync);
    }

    private Task ListAsync(HttpContext context)
    {
        if (authentication.Authenticate(context).Error is { } error) return ErrorWriter.WriteAsync(context, error);
        var models = catalog.Models.Where(IsServed).Select(Body).ToList();
        return JsonAnswer.WriteAsync(
            context,
            new Page<Model>(models, models.FirstOrDefault()?.Id, models.LastOrDefault()?.Id, false),
            ContractsJson.Default.PageModel);
    }

    private Task ReadAsync(HttpContext context)
    {
        if (authentication.Authenticate(context).Error is { } error) return ErrorWriter.WriteAsync(context, error);
        var id = VideoEndpoints.RouteId(context);
        return catalog.Find(id) is { } model && IsServed(model)
            ? JsonAnswer.WriteAsync(context, Body(model), ContractsJson.Default.Model)
            : ErrorWriter.WriteAsync(context, new ApiError(404, "model_not_found", $"There is no model '{id}' here; see GET /v1/models.", "model"));
    }

    private bool IsServed(PublicModel model) => model.Offers.Any(offer => channels.Servable.Contains(offer.UpstreamModel));

    // The union over everything that can serve it: an order is valid if one of them can honour all of it.
    private Model Body(PublicModel model)
    {
        var offers = model.Offers.Where(offer => channels.Servable.Contains(offer.UpstreamModel)).ToList();
        var spec = model.Spec;
        return new Model
        {
            Id = model.Name,
            Created = builtAt.ToUnixTimeSeconds(),
            Description = spec.Description,
            Lifecycle = spec.Lifecycle.State,
            ShutdownDate = spec.Lifecycle.ShutdownDate,
            Successor = spec.Lifecycle.Successor,
            Capabilities = new ModelCapabilities
            {
                Modes = [.. offers.SelectMany(offer => offer.Modes).Distinct()],
                Seconds = [.. offers.SelectMany(offer => offer.Seconds.Values).Distinct().Order()],
                Sizes = offers.Any(offer => offer.Sizes.IsAny) ? ["any"]
                    : [.. offers.SelectMany(offer => offer.Sizes.Sizes).Select(size => size.ToString()).Distinct()],
                DefaultSeconds = spec.Seconds.Default,
                DefaultSize = spec.DefaultSize,
                Audio = spec.Audio,
                MaxPromptLength = offers.Max(offer => offer.MaxPromptLength),
            },
            Prices = spec.AnySize is { } any ? [new ModelPrice("any", any.PriceMicrosPerSecond)]
                : [.. spec.Tiers.Select(tier => new ModelPrice(tier.Name, tier.PriceMicrosPerSecond))],
        };
    }
}
