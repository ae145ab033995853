using Reelay.Tests.Support;

namespace Reelay.Tests.Contract;

/// <summary>One gateway for everything in these tables that needs one.</summary>
public sealed class ContractGateway : IAsyncLifetime
{
    public const string Name = "contract gateway";

    private GatewayHost? _gateway;

    internal GatewayHost Gateway => _gateway!;

    public async ValueTask InitializeAsync() => _gateway = await GatewayHost.StartAsync();

    public ValueTask DisposeAsync() => _gateway!.DisposeAsync();
}

/// <summary>The classes that share it.</summary>
[CollectionDefinition(ContractGateway.Name)]
public sealed class ContractGatewayGroup : ICollectionFixture<ContractGateway>;
