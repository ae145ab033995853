using Reelay.Contracts;
using Reelay.Server.Api.Dialects;
using Reelay.Server.Catalog;
using Reelay.Server.Routing;

namespace Reelay.Server.Api;

/// <summary>What a key can order now.</summary>
internal sealed class ModelEndpoints(Authentication authentication, ModelCatalog catalog, ChannelSet channels, DateTimeOffset builtAt)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/models", ListAsync).As(Operations.Models);
        routes.MapGet("/v1/models/{id}", ReadAsync).As(Operations.Models);
    }

    private Task ListAsync(HttpContext context)
    {
        if (authentication.Authenticate(context).Error is { } error) return ErrorWriter.WriteAsync(context, error);
        var models = catalog.Models.Select(Body).OfType<Model>().ToList();
        return JsonAnswer.WriteAsync(
            context,
            new Page<Model>(models, models.FirstOrDefault()?.Id, models.LastOrDefault()?.Id, false),
            ContractsJson.Default.PageModel);
    }

    private Task ReadAsync(HttpContext context)
    {
        if (authentication.Authenticate(context).Error is { } error) return ErrorWriter.WriteAsync(context, error);
        var id = VideoEndpoints.RouteId(context);
        return catalog.Find(id) is { } known && Body(known) is { } model
            ? JsonAnswer.WriteAsync(context, model, ContractsJson.Default.Model)
            : ErrorWriter.WriteAsync(context, new ApiError(404, "model_not_found", $"There is no model '{id}' here; see GET /v1/models.", "model"));
    }

    // Null where no channel serves it.
    private Model? Body(PublicModel model)
    {
        if (model.Capability(channels.Servable.Contains) is not { } capability) return null;
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
                Modes = capability.Modes,
                Seconds = capability.Seconds,
                Sizes = spec.AnySize is null ? capability.Sizes : ["any"],
                DefaultSeconds = spec.Seconds.Default,
                DefaultSize = spec.DefaultSize,
                Audio = capability.Audio,
                MaxPromptLength = capability.MaxPromptLength,
            },
            Prices = spec.AnySize is { } any ? [new ModelPrice("any", any.PriceMicrosPerSecond)]
                : [.. spec.Tiers.Select(tier => new ModelPrice(tier.Name, tier.PriceMicrosPerSecond))],
        };
    }
}
