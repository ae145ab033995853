namespace Reelay.Simulators;

/// <summary>Puts every simulator under a path of its own.</summary>
internal static class SimulatorEndpoints
{
    // A caller that never gives up is let go after this.
    private static readonly TimeSpan _longestHang = TimeSpan.FromMinutes(15);

    /// <summary>Maps <c>/{simulator id}/…</c>.</summary>
    public static void MapSimulators(this IEndpointRouteBuilder routes)
    {
        foreach (ISimulator simulator in routes.ServiceProvider.GetRequiredService<SandboxCore>().Simulators.Values)
        {
            routes.Map(
                $"/{simulator.Id}/{{**path}}",
                (HttpContext context, SandboxCore sandbox) => HandleAsync(context, sandbox, simulator));
        }
    }

    private static async Task HandleAsync(HttpContext context, SandboxCore sandbox, ISimulator simulator)
    {
        SimulatedResponse response = await simulator.HandleAsync(Read(context.Request, simulator.Id), context.RequestAborted);
        switch (response.Wire)
        {
            case WireFault.Drop:
                context.Abort();
                return;
            case WireFault.Hang:
                await HangAsync(context, sandbox.Time);
                return;
        }

        await ResponseWriter.WriteAsync(context, sandbox.Clips, response);
    }

    private static SimulatedRequest Read(HttpRequest request, string simulatorId)
    {
        string root = $"/{simulatorId}";
        return new SimulatedRequest
        {
            Method = request.Method,
            Root = $"{request.Scheme}://{request.Host}{root}",
            Path = request.Path.Value![root.Length..].TrimStart('/'),
            Query = request.Query.ToDictionary(pair => pair.Key, pair => pair.Value.LastOrDefault() ?? "", StringComparer.Ordinal),
            QueryLists = SimulatedRequest.Lists(request.Query),
            Headers = request.Headers.ToDictionary(pair => pair.Key, pair => pair.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            Body = request.Body,
            ContentType = request.ContentType,
        };
    }

    private static async Task HangAsync(HttpContext context, TimeProvider time)
    {
        CancellationToken stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        await Task.Delay(_longestHang, time, ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        context.Abort();
    }
}
