using System.Collections.Concurrent;
using Reelay.Server.Accounts;

namespace Reelay.Server.Api.Dialects;

/// <summary>Hides operations: for everybody by <c>Reelay:Api:Withheld</c>, for one key by the key's own words.</summary>
/// <remarks>
/// What is hidden is not mapped, and a key that hides something gets routes of its own without it. So routing itself gives the answers of
/// a server that never had the operation: 404 where no route is left, 405 with what is left where the path has other methods.
/// </remarks>
internal sealed class Withholding(Operations everywhere, Authentication authentication)
{
    // As many different sets of words as operators will ever think of; beyond them routes are built anew.
    private const int MaxKeptSets = 100;

    private readonly ConcurrentDictionary<Operations, Lazy<RequestDelegate>> _routes = new();

    /// <summary>Whether a request must not notice an operation.</summary>
    public bool Hides(HttpContext context, Operations operation) =>
        ((everywhere | (context.Features.Get<ApiKey>()?.Withheld ?? Operations.Core)) & operation) != 0;

    /// <summary>Whether nobody is to notice an operation.</summary>
    public bool HidesFromAll(Operations operation) => (everywhere & operation) != 0;

    /// <summary>The setting; see <see cref="SettingWords"/>.</summary>
    /// <exception cref="InvalidOperationException">It has an unknown word.</exception>
    public static Operations Read(IConfiguration configuration)
    {
        var read = FlagWords<Operations>.Read(SettingWords.Of(configuration.GetSection("Reelay:Api:Withheld")), out var unknown);
        return unknown is null ? read : throw new InvalidOperationException(
            $"Reelay:Api:Withheld has the word '{unknown}'; it takes {FlagWords<Operations>.Allowed}.");
    }

    /// <summary>Before routing: sends the requests of keys that hide something along their own routes.</summary>
    public void Use(WebApplication app) => app.Use(next => context =>
    {
        if (!context.Request.Path.StartsWithSegments("/v1")) return next(context);
        authentication.Authenticate(context);
        return context.Features.Get<ApiKey>() is { Withheld: not Operations.Core } key ? RoutesWithout(app, key.Withheld)(context) : next(context);
    });

    /// <summary>After mapping: takes away what is hidden from everybody.</summary>
    public void Apply(IEndpointRouteBuilder routes)
    {
        if (everywhere == Operations.Core) return;
        var left = Left(routes, everywhere);
        routes.DataSources.Clear();
        routes.DataSources.Add(left);
    }

    private RequestDelegate RoutesWithout(WebApplication app, Operations withheld)
    {
        if (_routes.Count >= MaxKeptSets && !_routes.ContainsKey(withheld)) _routes.Clear();
        return _routes.GetOrAdd(withheld, hidden => new(() => Build(app, hidden))).Value;
    }

    private static RequestDelegate Build(WebApplication app, Operations withheld)
    {
        var branch = ((IApplicationBuilder)app).New();
        branch.UseRouting();
        branch.UseEndpoints(routes => routes.DataSources.Add(Left(app, withheld)));
        return branch.Build();
    }

    private static DefaultEndpointDataSource Left(IEndpointRouteBuilder routes, Operations withheld) =>
        new(routes.DataSources.SelectMany(source => source.Endpoints)
            .Where(endpoint => ((endpoint.Metadata.GetMetadata<Operation>()?.Value ?? Operations.Core) & withheld) == 0));
}
