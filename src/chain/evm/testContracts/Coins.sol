// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

interface Payable20 {
    function balanceOf(address who) external view returns (uint256);

    function transfer(address to, uint256 value) external returns (bool);

    function transferFrom(address from, address to, uint256 value) external returns (bool);
}

/// Wraps the chain's coin and says so in Deposit and Withdrawal alone, as WETH9 does.
contract Wrapped {
    string public constant symbol = "WCOIN";
    uint8 public constant decimals = 18;
    mapping(address => uint256) public balanceOf;

    event Deposit(address indexed dst, uint256 wad);
    event Withdrawal(address indexed src, uint256 wad);
    event Transfer(address indexed from, address indexed to, uint256 value);

    receive() external payable {
        deposit();
    }

    function deposit() public payable {
        balanceOf[msg.sender] += msg.value;
        emit Deposit(msg.sender, msg.value);
    }

    function withdraw(uint256 wad) external {
        balanceOf[msg.sender] -= wad;
        emit Withdrawal(msg.sender, wad);
        (bool paid, ) = msg.sender.call{value: wad}("");
        require(paid, "not paid");
    }

    function transfer(address to, uint256 value) external returns (bool) {
        balanceOf[msg.sender] -= value;
        balanceOf[to] += value;
        emit Transfer(msg.sender, to, value);
        return true;
    }
}

/// States a deposit and is no token.
contract Vault {
    event Deposit(address indexed from, uint256 amount);

    receive() external payable {
        emit Deposit(msg.sender, msg.value);
    }
}

/// Constant product of two tokens, fee 0.3 %: what comes in is what the pool has more than it remembers.
contract Pool {
    Payable20 public immutable token0;
    Payable20 public immutable token1;
    uint256 public reserve0;
    uint256 public reserve1;

    event Swap(address indexed sender, uint256 in0, uint256 in1, uint256 out0, uint256 out1, address indexed to);

    constructor(Payable20 token0_, Payable20 token1_) {
        token0 = token0_;
        token1 = token1_;
    }

    function sync() external {
        reserve0 = token0.balanceOf(address(this));
        reserve1 = token1.balanceOf(address(this));
    }

    /// Draws `amount` of one token from the caller and pays the other to `to`.
    function swap(bool zeroForOne, uint256 amount, address to) external returns (uint256 out) {
        (Payable20 into, Payable20 outOf) = zeroForOne ? (token0, token1) : (token1, token0);
        (uint256 reserveIn, uint256 reserveOut) = zeroForOne ? (reserve0, reserve1) : (reserve1, reserve0);
        into.transferFrom(msg.sender, address(this), amount);
        uint256 came = into.balanceOf(address(this)) - reserveIn;
        out = (came * 997 * reserveOut) / (reserveIn * 1000 + came * 997);
        outOf.transfer(to, out);
        reserve0 = token0.balanceOf(address(this));
        reserve1 = token1.balanceOf(address(this));
        if (zeroForOne) emit Swap(msg.sender, came, 0, 0, out, to);
        else emit Swap(msg.sender, 0, came, out, 0, to);
    }
}

/// Pays what it is paid to several, by calls of its own; and what goes wrong on purpose.
contract Splitter {
    function split(address payable[] calldata to, uint256[] calldata amounts) external payable {
        for (uint256 i = 0; i < to.length; i++) {
            (bool paid, ) = to[i].call{value: amounts[i]}("");
            require(paid, "not paid");
        }
    }

    /// Pays beneath a call that fails, swallows the failure, and pays in earnest after it.
    function stumble(address payable first, address payable second) external payable {
        try this.payAndFail(first, msg.value / 2) {} catch {}
        second.transfer(msg.value);
    }

    function payAndFail(address payable to, uint256 amount) external {
        to.transfer(amount);
        revert("on purpose");
    }

    function fail() external payable {
        revert("on purpose");
    }

    /// A child that is endowed at its creation and gives all to `to` at its end.
    function viaChild(address payable to) external payable {
        new Child{value: msg.value}(to);
    }

    /// Code of another in its own name: nothing moves but what that code pays.
    function byDelegate(address code, address payable to, uint256 amount) external payable {
        (bool done, ) = code.delegatecall(abi.encodeCall(Helper.pay, (to, amount)));
        require(done, "not done");
    }
}

contract Helper {
    function pay(address payable to, uint256 amount) external payable {
        to.transfer(amount);
    }
}

contract Child {
    constructor(address payable to) payable {
        selfdestruct(to);
    }
}

/// Many token payments in one transaction.
contract Multisend {
    function send(Payable20 token, address[] calldata to, uint256[] calldata amounts) external {
        for (uint256 i = 0; i < to.length; i++) token.transferFrom(msg.sender, to[i], amounts[i]);
    }
}
