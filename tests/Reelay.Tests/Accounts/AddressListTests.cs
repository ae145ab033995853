using System.Net;
using Reelay.Server.Accounts;

namespace Reelay.Tests.Accounts;

public sealed class AddressListTests
{
    [Theory]
    [InlineData("10.0.0.0/8", "10.255.0.1", true)]
    [InlineData("10.0.0.0/8", "11.0.0.1", false)]
    [InlineData("10.0.0.0/8", "::ffff:10.1.2.3", true)]
    [InlineData("::ffff:10.0.0.0/104", "10.1.2.3", true)]
    [InlineData("::ffff:10.0.0.7", "10.0.0.7", true)]
    [InlineData("10.0.0.7/8", "10.9.9.9", true)]
    [InlineData("10.0.0.7", "10.0.0.7", true)]
    [InlineData("10.0.0.7", "10.0.0.8", false)]
    [InlineData("2001:db8::/32", "2001:db8:1::1", true)]
    [InlineData("2001:db8::/32", "2001:db9::1", false)]
    [InlineData("::/0", "10.0.0.7", false)]
    [InlineData("0.0.0.0/0", "::ffff:10.0.0.7", true)]
    [InlineData("0.0.0.0/0", "2001:db8::1", false)]
    public void A_network_holds_its_addresses_and_mapped_ones_count_as_what_they_map(string word, string address, bool isIn)
    {
        var list = AddressList.Read([word], out var unknown);
        Assert.Null(unknown);
        Assert.Equal(isIn, list.Contains(IPAddress.Parse(address)));
        Assert.Equal(isIn, AddressList.Read(list.Words, out _).Contains(IPAddress.Parse(address)));
    }

    [Theory]
    [InlineData("10.0.0")]
    [InlineData("010.0.0.1")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("0x0a000001")]
    [InlineData("example.com")]
    [InlineData("")]
    [InlineData(null)]
    public void What_is_no_address_or_means_two_things_is_refused(string? word)
    {
        AddressList.Read(["10.0.0.0/8", word], out var unknown);
        Assert.Equal(word ?? "null", unknown);
    }

    [Fact]
    public void An_empty_list_is_everywhere_and_an_unknown_address_is_in_no_other()
    {
        Assert.True(AddressList.Read([], out _).Contains(null));
        Assert.False(AddressList.Read(["0.0.0.0/0"], out _).Contains(null));
    }
}
