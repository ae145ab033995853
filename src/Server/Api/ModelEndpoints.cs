using System.Reflection;
using Reelay.Contracts;
using Reelay.Server.Accounts;
using Reelay.Server.Api.Dialects;
using Reelay.Server.Routing;

namespace Reelay.Server.Api;

/// <summary>What a key can order now.</summary>
internal sealed class ModelEndpoints(Authentication authentication, ChannelSet channels, AccountBook accounts)
{
    private readonly DateTimeOffset _builtAt = File.GetLastWriteTimeUtc(Assembly.GetExecutingAssembly().Location);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/models", ListAsync).As(Operations.Models);
        routes.MapGet("/v1/models/{id}", ReadAsync).As(Operations.Models);
    }

    private Task ListAsync(HttpContext context)
    {
        var key = authentication.Authenticate(context);
        if (key.Error is { } error) return ErrorWriter.WriteAsync(context, error);
        var models = Bodies(key.Value!).All();
        return JsonAnswer.WriteAsync(context, Page.Of(models, row => row.Id, false), ContractsJson.Default.PageModel);
    }

    private Task ReadAsync(HttpContext context)
    {
        var key = authentication.Authenticate(context);
        if (key.Error is { } error) return ErrorWriter.WriteAsync(context, error);
        var id = VideoEndpoints.RouteId(context);
        return Bodies(key.Value!).Find(id) is { } model
            ? JsonAnswer.WriteAsync(context, model, ContractsJson.Default.Model)
            : ErrorWriter.WriteAsync(context, new ApiError(404, "model_not_found", $"There is no model '{Reading.Shown.Value(id)}' here; see GET /v1/models.", "model"));
    }

    private ModelBodies Bodies(ApiKey key)
    {
        var now = channels.Now;
        var isUnlimited = accounts.Find(key.AccountId)?.IsUnlimited == true;
        return new ModelBodies(now.Catalog, model => ChannelSet.CanServe(now, key.Groups, model), _builtAt, isUnlimited) { MayOrder = key.MayOrder };
    }
}
